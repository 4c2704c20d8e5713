import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConvasmBackend } from '../../../src/tfjs/index.ts';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { expectAsCpu } from '../asCpu.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

type Type = 'float32' | 'int32' | 'bool';
interface Operand {
  readonly shape: number[];
  readonly dtype: Type;
  readonly values: readonly number[];
}

const ELEMENTS: Record<Type, fc.Arbitrary<number>> = {
  float32: fc.oneof(fc.float(), fc.integer({ min: -9, max: 9 })),
  // Such whose products are no longer exact in double precision, too.
  int32: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  bool: fc.integer({ min: 0, max: 1 }),
};

const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
const operand = (shape: number[], dtype: Type): fc.Arbitrary<Operand> =>
  fc.record({
    shape: fc.constant(shape),
    dtype: fc.constant(dtype),
    // Of one number all of them, too, which then need not cross to linear memory.
    values: fc.oneof(
      { weight: 2, arbitrary: fc.array(ELEMENTS[dtype], { minLength: count(shape), maxLength: count(shape) }) },
      { weight: 1, arbitrary: ELEMENTS[dtype].map(value => new Array<number>(count(shape)).fill(value)) },
    ),
  });

/** Two shapes of up to six dimensions that broadcast. */
const shapes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('both', 'a', 'b')), { maxLength: 6 })
  .map(dimensions => ({
    a: dimensions.map(([n, who]) => (who === 'b' ? 1 : n)),
    b: dimensions.map(([n, who]) => (who === 'a' ? 1 : n)),
  }));
const pairs = (dtype: Type) => shapes.chain(({ a, b }) => fc.tuple(operand(a, dtype), operand(b, dtype)));

/** What a kernel makes of the same operands on both backends. */
async function results(kernel: string, inputs: Record<string, Operand> | Operand[], attrs: object) {
  const on = async (backend: string) => {
    await tf.setBackend(backend);
    const tensor = ({ shape, dtype, values }: Operand) => tf.tensor([...values], shape, dtype);
    return tf.tidy(() => {
      const tensors = Array.isArray(inputs)
        ? inputs.map(tensor)
        : Object.fromEntries(Object.entries(inputs).map(([name, of]) => [name, tensor(of)]));
      const y = tf.engine().runKernel(kernel, tensors as never, attrs as never) as tf.Tensor;
      return { shape: y.shape, dtype: y.dtype, values: Array.from(y.dataSync()) };
    });
  };
  return { cpu: await on('cpu'), convasm: await on('convasm') };
}

const BINARY: Record<string, readonly Type[]> = {
  Add: ['int32'],
  Sub: ['int32'],
  Multiply: ['int32'],
  Maximum: ['int32'],
  Minimum: ['int32'],
  SquaredDifference: ['int32'],
  BitwiseAnd: ['int32'],
  FloorDiv: ['float32', 'int32'],
  Mod: ['float32', 'int32'],
  Equal: ['float32', 'int32', 'bool'],
  NotEqual: ['float32', 'int32', 'bool'],
  Less: ['float32', 'int32', 'bool'],
  LessEqual: ['float32', 'int32', 'bool'],
  Greater: ['float32', 'int32', 'bool'],
  GreaterEqual: ['float32', 'int32', 'bool'],
  LogicalAnd: ['bool'],
  LogicalOr: ['bool'],
};

describe.each(Object.entries(BINARY).flatMap(([name, types]) => types.map(type => [name, type] as const)))(
  '%s of %s',
  (name, dtype) => {
    it('is that of the cpu backend, whatever is broadcast', async () => {
      await fc.assert(
        fc.asyncProperty(pairs(dtype), async ([a, b]) => {
          const { cpu, convasm } = await results(name, { a, b }, {});
          expect(convasm).toEqual(cpu);
        }),
        runs(60),
      );
    });
  },
);

describe('whole numbers', () => {
  it('wrap as those of the cpu backend, where it has left larger ones behind them', () =>
    expectAsCpu(() => {
      const large = tf.square(tf.fill([10], 70000, 'int32'));
      const some = tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8, 9, -10], 'int32');
      return [tf.add(large, some), tf.sub(some, large)];
    }));

  it('are of the type of the first tensor that is joined, though it be empty', () =>
    expectAsCpu(() => {
      const [a, b] = [tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3], 'int32')];
      return [tf.concat([tf.tensor1d([]), a, b] as tf.Tensor1D[]), tf.concat([tf.tensor1d([], 'int32'), a, b])];
    }));

  it('and booleans have means', () =>
    expectAsCpu(() => {
      const whole = tf.tensor2d([1, -2, 3, 4, 5, 6], [2, 3], 'int32');
      return [tf.mean(whole, 1), tf.mean(whole), tf.mean(tf.greater(whole, 3), 0), tf.mean(tf.fill([3], 4, 'int32'))];
    }));
});

const UNARY: readonly (readonly [string, Type, object])[] = [
  ['Neg', 'int32', {}],
  ['ClipByValue', 'float32', { clipValueMin: -2.5, clipValueMax: 3 }],
  ['ClipByValue', 'int32', { clipValueMin: -2, clipValueMax: 3 }],
  ['ClipByValue', 'int32', { clipValueMin: -2.5, clipValueMax: 3.5 }],
  ['IsNan', 'float32', {}],
  ['IsInf', 'float32', {}],
  ['IsFinite', 'float32', {}],
  ['LogicalNot', 'bool', {}],
  ['Cast', 'float32', { dtype: 'int32' }],
  ['Cast', 'float32', { dtype: 'bool' }],
  ['Cast', 'int32', { dtype: 'bool' }],
  ['Cast', 'bool', { dtype: 'int32' }],
  ['Cast', 'bool', { dtype: 'float32' }],
  ['ZerosLike', 'float32', {}],
  ['OnesLike', 'float32', {}],
  ['OnesLike', 'int32', {}],
  ['OnesLike', 'bool', {}],
];

describe.each(UNARY)('%s of %s', (name, dtype, attrs) => {
  it('is that of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70 }).chain(n => operand([n], dtype)),
        async x => {
          const { cpu, convasm } = await results(name, { x }, attrs);
          expect(convasm).toEqual(cpu);
        },
      ),
      runs(60),
    );
  });
});

describe('Abs of int32', () => {
  it('is that of whole numbers', () => {
    const values = [0, -7, 7, -(2 ** 24) - 1, 2 ** 31 - 1, 1 - 2 ** 31];
    expect([...tf.abs(tf.tensor1d(values, 'int32')).dataSync()]).toEqual(values.map(Math.abs));
  });
});

describe('a cast of whole numbers to float32', () => {
  it('has them rounded, in memory of its own', () => {
    const values = [1, -7, 2 ** 24 + 1, -(2 ** 31), 2 ** 31 - 1];
    const whole = tf.tensor1d(values, 'int32');
    const cast = tf.cast(whole, 'float32');
    whole.dispose();
    tf.tidy(() => tf.fill([64], -1));
    expect([...cast.dataSync()]).toEqual(values.map(Math.fround));
  });
});

describe('Select', () => {
  it('is that of the cpu backend', async () => {
    const cases = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
        fc.constantFrom<Type>('float32', 'int32', 'bool'),
      )
      .chain(([shape, dtype]) =>
        fc.record({ condition: operand(shape, 'bool'), t: operand(shape, dtype), e: operand(shape, dtype) }),
      );
    await fc.assert(
      fc.asyncProperty(cases, async inputs => {
        const { cpu, convasm } = await results('Select', inputs, {});
        expect(convasm).toEqual(cpu);
      }),
      runs(100),
    );
  });
});

describe('AddN', () => {
  it('is the sum in order, rounded each time', async () => {
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom<Type>('float32', 'int32'))
      .chain(([n, tensors, dtype]) =>
        fc.array(
          operand([n], dtype).map(of => ({ ...of, values: of.values.map(value => value || 0) })),
          { minLength: tensors, maxLength: tensors },
        ),
      );
    await fc.assert(
      fc.asyncProperty(cases, async inputs => {
        const { cpu, convasm } = await results('AddN', inputs, {});
        expect(convasm.values.map(value => value + 0)).toEqual(cpu.values.map(value => value + 0));
      }),
      runs(100),
    );
  });
});

describe('Fill', () => {
  it('is that of the cpu backend', async () => {
    const cases = fc.tuple(
      fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
      fc
        .constantFrom<Type>('float32', 'int32', 'bool')
        .chain(dtype => ELEMENTS[dtype].map(value => ({ value, dtype }))),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([shape, attrs]) => {
        const { cpu, convasm } = await results('Fill', {}, { shape, ...attrs });
        expect(convasm).toEqual(cpu);
      }),
      runs(100),
    );
  });
});

describe('what crosses to linear memory', () => {
  it('is no number that lives in JavaScript, nor anything that kernels have made', () => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const backend = tf.backend() as ConvasmBackend;
    tf.tidy(() => tf.neg(x));
    const { uploads } = backend.traffic;
    tf.tidy(() => {
      const y = tf.where(tf.greater(tf.mul(x, 2), tf.sub(1, x)), tf.onesLike(x), tf.zerosLike(x));
      return tf.div(tf.add(tf.fill([4], 3), tf.cast(tf.cast(y, 'bool'), 'float32')), tf.sqrt(tf.scalar(2)));
    });
    expect(backend.traffic.uploads).toBe(uploads);
  });
});
