import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  runtimeInfo,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { conv2d, relu } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { type Format, formats, made, read } from '../helpers/tensors.ts';
import { dtypes, filled, random, valuesOf } from '../helpers/values.ts';

/** A tensor for which the memory has to grow, whatever is free. */
const growing = (): Tensor => {
  const { reserved } = runtimeInfo().memory;
  const big = zeros([reserved / 4 + 1]);
  expect(runtimeInfo().memory.reserved).toBeGreaterThan(reserved);
  return big;
};

describe('tensor()', () => {
  it.each([
    ['a flat list', [1, 2, 3], [3]],
    [
      'nested arrays',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
    ],
    ['deeper ones', [[[[1], [2]]], [[[3], [4]]]], [2, 1, 2, 1]],
    ['a typed array', Float32Array.of(1, 2), [2]],
    ['a typed array of integers', Uint8Array.of(1, 255), [2]],
  ] as const)('takes its shape from %s', (_, values, shape) => {
    const t = tensor(values as never);
    expect(t).toBeInstanceOf(Tensor);
    expect(t.shape).toEqual(shape);
    expect([...t.data]).toEqual([...(values as unknown as number[])].flat(9));
    expect([t.size, t.dtype, t.disposed]).toEqual([t.data.length, 'float32', false]);
  });

  it('takes flat values in row-major order for a shape', () => {
    expect(tensor([1, 2, 3, 4, 5, 6], [2, 3]).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor(Float64Array.of(1, 2), [1, 2, 1]).toArray()).toEqual([[[1], [2]]]);
  });

  it('takes nested values together with their own shape', () => {
    expect(tensor([[1, 2]], [1, 2]).shape).toEqual([1, 2]);
  });

  it.each(dtypes)('holds %s', dtype => {
    const t = tensor([0.1, 1e-40, Number.NaN, Number.NEGATIVE_INFINITY], [4], dtype);
    expect(t.data).toBeInstanceOf(dtype === 'float32' ? Float32Array : Float64Array);
    const wanted = [0.1, 1e-40, Number.NaN, Number.NEGATIVE_INFINITY];
    expect([...t.data]).toEqual(dtype === 'float32' ? wanted.map(Math.fround) : wanted);
  });

  it('copies: the values that it was made from stay apart', () => {
    const values = Float32Array.of(1, 2);
    const t = tensor(values);
    values[0] = 9;
    expect([...t.data]).toEqual([1, 2]);
  });

  it.each([
    ['rows of several lengths', 'values', [[1, 2], [3]]],
    ['rows of several lengths, deeper', 'values', [[[1], [2]], [[3]]]],
    ['a number among rows', 'values', [[1, 2], 3]],
    ['a row among numbers', 'values', [1, [2, 3]]],
    ['an empty list', 'shape', []],
    ['empty rows', 'shape', [[], []]],
  ] as const)('refuses %s', (_, argument, values) =>
    expectArgumentError(() => tensor(values as never), ShapeError, argument),
  );

  it('refuses values that do not fill the shape', () => {
    for (const [values, shape] of [
      [
        [1, 2, 3],
        [2, 2],
      ],
      [
        [1, 2, 3, 4, 5],
        [2, 2],
      ],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [4, 1],
      ],
    ] as const)
      expectArgumentError(() => tensor(values as never, shape), ShapeError, 'values', shown(shape));
  });

  it('refuses what is no number', () => {
    for (const wrong of [['1'], [null], [[1], ['2']], 'text', {}, null, undefined])
      expectArgumentError(() => tensor(wrong as never), ArgumentError, 'values');
  });

  it.each([[[0]], [[-1]], [[1.5]], [[2, 0]], ['4'], [4], [[Number.NaN]]])('refuses shape %j', shape =>
    expectArgumentError(() => tensor([1], shape as never), ShapeError, 'shape', shown(shape)),
  );

  it('refuses an unknown dtype', () => {
    expectArgumentError(() => tensor([1], [1], 'int8' as never), DTypeError, 'dtype', 'int8');
    expectArgumentError(() => zeros([1], 'int8' as never), DTypeError, 'dtype', 'int8');
  });
});

describe('zeros()', () => {
  it.each(dtypes)('is zeros, also where something else was before, in %s', dtype => {
    const before = made(filled([1000], 7), dtype);
    before.dispose();
    expectExactly(zeros([10, 100], dtype), filled([10, 100], 0));
  });
});

describe.each(formats)('a %s tensor', format => {
  const numbers = random([2, 3, 4, 5], 1, 'float32');

  it('shows its values in NCHW order', () => {
    expect(made(numbers, 'float32', format).shape).toEqual([2, 3, 4, 5]);
    expectExactly(made(numbers, 'float32', format), numbers);
    expect((made(numbers, 'float32', format).toArray() as number[][][][]).flat(3)).toEqual([...numbers.data]);
  });

  it('set() overwrites all, from flat or nested values, and returns it', () => {
    const t = made(numbers, 'float32', format);
    const others = random([2, 3, 4, 5], 2, 'float32');
    expect(t.set(others.data)).toBe(t);
    expectExactly(t, others);
    t.set(made(numbers).toArray());
    expectExactly(t, numbers);
  });

  it('set() refuses another number of values or another shape, and changes nothing', () => {
    const t = made(numbers, 'float32', format);
    for (const wrong of [[1, 2, 3], new Float32Array(121), [[1, 2]]])
      expectArgumentError(() => t.set(wrong), ShapeError, 'values', '[2, 3, 4, 5]');
    expectArgumentError(() => t.set(['1'] as never), ArgumentError, 'values');
    expectExactly(t, numbers);
  });

  it('clone() is a tensor of its own', () => {
    const t = made(numbers, 'float32', format);
    const copy = t.clone();
    expectExactly(copy, numbers);
    copy.data[0] = 9;
    expectExactly(t, numbers);
    t.dispose();
    expect(copy.data[0]).toBe(9);
  });

  it('reshape() keeps the values in row-major order', () => {
    const t = made(numbers, 'float32', format);
    for (const shape of [[120], [6, 20], [4, 5, 2, 3], [2, 3, 4, 5]])
      expectExactly(t.reshape(shape), valuesOf(shape, numbers.data));
    expectExactly(t.reshape([2, -1]), valuesOf([2, 60], numbers.data));
    expectExactly(t, numbers);
  });

  it('reshape() lives as long as either of the two', () => {
    const t = made(numbers, 'float32', format);
    const flat = t.reshape([120]);
    t.dispose();
    made(filled([2, 3, 4, 5], 7));
    expectExactly(flat, valuesOf([120], numbers.data));
    const again = flat.reshape([2, 3, 4, 5]);
    flat.dispose();
    expectExactly(again, numbers);
  });

  it('reshape() shares its numbers, also after an op wrote one of the two', () => {
    const t = made(numbers, 'float32', format);
    const flat = t.reshape([120]);
    const wanted = random([2, 3, 4, 5], 3, 'float32');
    relu(made(wanted, 'float32', 'channels-last'), { out: t });
    const positive = wanted.data.map(v => Math.max(0, v));
    expectExactly(t, valuesOf([2, 3, 4, 5], positive));
    expectExactly(flat, valuesOf([120], positive), 'the flat one');
    const identity = tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3, 1, 1]);
    conv2d(made(numbers, 'float32', format), identity, null, { out: t });
    expectExactly(flat, valuesOf([120], numbers.data), 'the flat one after conv2d');
  });

  it.each([[[7]], [[2, 3, 4, 6]], [[-1, -1]], [[0]], [[-1, 7]]])('reshape(%j) is refused', shape =>
    expectArgumentError(() => made(numbers, 'float32', format).reshape(shape), ShapeError, 'shape'),
  );

  it('has one `data` view until the memory grows, and a good one after', () => {
    const t = made(numbers, 'float32', format);
    const view = t.data;
    expect(t.data).toBe(view);
    const big = growing();
    expectExactly(t, numbers, 'after growth');
    t.data[0] = 5;
    expect(t.toArray()).toHaveProperty([0, 0, 0, 0], 5);
    big.dispose();
  });

  it('writing to `data` writes the tensor', () => {
    const t = made(numbers, 'float32', format);
    t.data.fill(-2);
    expectExactly(relu(t), filled([2, 3, 4, 5], 0));
    t.data.fill(2);
    expectExactly(relu(t), filled([2, 3, 4, 5], 2));
  });
});

describe('growth of the memory', () => {
  type Copy = (t: Tensor, target: Tensor) => Tensor;

  it.each<[string, Format, Copy]>([
    ['a view that tensor() reads', 'contiguous', t => tensor(t.data)],
    ['a view that set() reads', 'contiguous', (t, target) => target.set(t.data)],
    ['a tensor that clone() reads', 'channels-last', t => t.clone()],
    ['a tensor that is brought to row-major order', 'channels-last', t => t.reshape([t.size])],
    ['the input of an op', 'channels-last', t => relu(t)],
  ])('does no harm to %s', (_, format, copy) => {
    // More than a quarter of what is reserved, and then no room for another.
    const elements = 2 * Math.ceil(runtimeInfo().memory.reserved / 4 / 4 / 2) + 1000;
    const shape = [1, 2, 1, elements / 2];
    const t = made(
      filled(shape, i => i % 1000),
      'float32',
      format,
    );
    const target = made(filled(shape, 0), 'float32', 'channels-last');
    const before = runtimeInfo().memory.reserved;
    const filler: Tensor[] = [];
    while (runtimeInfo().memory.used + elements * 4 < before) filler.push(zeros([Math.ceil(elements / 8)]));
    const copied = copy(t, target);
    expect(runtimeInfo().memory.reserved).toBeGreaterThan(before);
    expect(copied.data.length).toBe(elements);
    expect(copied.data.every((v, i) => v === i % 1000)).toBe(true);
    for (const each of [t, target, copied, ...filler]) each[Symbol.dispose]();
  });

  it('brings the used memory back when all is disposed of', () => {
    const { used } = runtimeInfo().memory;
    growing().dispose();
    expect(runtimeInfo().memory.used).toBe(used);
  });
});

describe('dispose()', () => {
  it('gives the memory back at once', () => {
    const { used } = runtimeInfo().memory;
    const t = zeros([1000]);
    expect(runtimeInfo().memory.used).toBeGreaterThanOrEqual(used + 4000);
    t.dispose();
    expect(t.disposed).toBe(true);
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('of a tensor and its reshape gives the memory back with the second', () => {
    const { used } = runtimeInfo().memory;
    const t = zeros([1000]);
    const other = t.reshape([10, 100]);
    t.dispose();
    expect(runtimeInfo().memory.used).toBeGreaterThan(used);
    other.dispose();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it.each([
    ['dispose', (t: Tensor) => t.dispose()],
    ['data', (t: Tensor) => t.data],
    ['toArray', (t: Tensor) => t.toArray()],
    ['set', (t: Tensor) => t.set([1, 2])],
    ['clone', (t: Tensor) => t.clone()],
    ['reshape', (t: Tensor) => t.reshape([2, 1])],
    ['an op', (t: Tensor) => relu(t)],
    ['an op, as out', (t: Tensor) => relu(zeros([2]), { out: t })],
  ])('makes a later %s a DisposedError', (_, use) => {
    for (const format of ['contiguous', 'channels-last'] as Format[]) {
      const t = made(filled([1, 2, 1, 1], 1), 'float32', format).reshape([2]);
      t.dispose();
      expectError(() => use(t), DisposedError, '[2]');
    }
  });

  it('leaves shape, dtype and size to look at', () => {
    const t = zeros([2, 3]);
    t.dispose();
    expect([t.shape, t.dtype, t.size]).toEqual([[2, 3], 'float32', 6]);
  });

  it('is what `using` calls, which does not mind a tensor that is disposed of already', () => {
    const t = zeros([1]);
    t[Symbol.dispose]();
    expect(t.disposed).toBe(true);
    expect(() => t[Symbol.dispose]()).not.toThrow();
  });
});

describe('a shape', () => {
  it('cannot be changed from outside', () => {
    const shape = [2, 3];
    const t = zeros(shape);
    shape[0] = 9;
    expect(t.shape).toEqual([2, 3]);
    expect(() => {
      (t.shape as number[])[0] = 9;
    }).toThrow(TypeError);
  });
});

describe('what looks like a tensor but is none of ours', () => {
  it('is a ForeignTensorError', () => {
    const lookalike = { shape: [1], dtype: 'float32', size: 1, data: Float32Array.of(1), disposed: false };
    const heir = Object.create(Tensor.prototype) as Tensor;
    for (const foreign of [lookalike, Float32Array.of(1), [1], 1, null, undefined, 'tensor'])
      expectError(() => relu(foreign as never), ForeignTensorError, 'x');
    expect(() => relu(heir)).toThrow();
  });

  it('is not given away by its numbers', () => {
    expect(read(relu(tensor([1]))).data).toEqual(Float64Array.of(1));
  });
});
