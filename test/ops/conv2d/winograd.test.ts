import { afterAll, describe, expect, it } from 'vitest';
import { ArgumentError, scope, type Tensor, zeros } from '../../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectRelative, expectWithin, Ledger, winogradBound } from '../../helpers/compare.ts';
import { type ConvCase, type ConvNumbers, labelOf, numbersOf, range, termsOf } from '../../helpers/convCases.ts';
import { expectArgumentError } from '../../helpers/errors.ts';
import { type Format, formats, made, read } from '../../helpers/tensors.ts';
import {
  at,
  type DType,
  dtypes,
  epsilon,
  filled,
  generator,
  map,
  random,
  rounded,
  type Values,
} from '../../helpers/values.ts';
import * as reference from '../../reference/conv2d.ts';

const algorithms = ['winograd2', 'winograd4'] as const;
type Algorithm = (typeof algorithms)[number];

/**
 * Winograd's transforms mix the pixels of a tile, so that the bound of an element is one for all of them, whatever the data are;
 * see winogradBound.
 */

interface Pass {
  readonly name: string;
  ours(
    c: ConvCase,
    numbers: ConvNumbers,
    dtype: DType,
    format: Format,
    algorithm: Algorithm | 'direct' | 'auto',
  ): Tensor;
  exact(c: ConvCase, numbers: ConvNumbers): Values;
  /** K, the length of its sums. */
  terms(c: ConvCase, numbers: ConvNumbers): number;
  /** The two factors of its products, and what is added to a sum. */
  factors(numbers: ConvNumbers): readonly [Values, Values, Values?];
}

const passes: readonly Pass[] = [
  {
    name: 'forward',
    ours: ({ options }, { x, w, b }, dtype, format, algorithm) =>
      conv2d(made(x, dtype, format), made(w, dtype), made(b, dtype), { ...options, algorithm }),
    exact: ({ options }, { x, w, b }) => reference.conv2d(x, w, b, options),
    terms: (c, { dy }) => termsOf(c, dy).y,
    factors: ({ x, w, b }) => [x, w, b],
  },
  {
    name: 'input gradient',
    ours: ({ options }, { x, w, dy }, dtype, format, algorithm) =>
      conv2dInputGrad(made(dy, dtype, format), made(w, dtype), x.shape, { ...options, algorithm }),
    exact: ({ options }, { x, w, dy }) => reference.conv2dInputGrad(dy, w, x.shape, options),
    terms: (c, { dy }) => termsOf(c, dy).dx,
    factors: ({ dy, w }) => [dy, w],
  },
  {
    name: 'filter gradient',
    ours: ({ options }, { x, w, dy }, dtype, format, algorithm) =>
      conv2dFilterGrad(made(x, dtype, format), made(dy, dtype, format), w.shape, { ...options, algorithm }),
    exact: ({ options }, { x, w, dy }) => reference.conv2dFilterGrad(x, dy, w.shape, options),
    terms: (c, { dy }) => termsOf(c, dy).dw,
    factors: ({ x, dy }) => [x, dy],
  },
];

const conv = (part: Partial<ConvCase>): ConvCase => ({
  batch: 1,
  inChannels: 3,
  outChannels: 5,
  size: [5, 6],
  kernel: [3, 3],
  options: { padding: 1 },
  ...part,
});

const aroundVectors = [...range(1, 9), 15, 16, 17];

/** Sizes below, at and above tiles of 2 and 4 outputs, vectors and panels. */
const series: { name: string; cases: ConvCase[] }[] = [
  ...range(1, 9).map(height => ({
    name: `${height} rows by 1 to 9 columns`,
    cases: range(1, 9).map(width => conv({ size: [height, width] })),
  })),
  {
    name: 'every padding from 0 to 2 on each side',
    cases: [0, 1, 2].flatMap(top =>
      [0, 1, 2].flatMap(left =>
        [0, 1, 2].flatMap(bottom =>
          [0, 1, 2].map(right => conv({ size: [3, 4], options: { padding: [top, left, bottom, right] } })),
        ),
      ),
    ),
  },
  {
    name: "'same' and 'valid'",
    cases: (['same', 'valid'] as const).flatMap(padding =>
      range(3, 7).map(n => conv({ size: [n, n + 1], options: { padding } })),
    ),
  },
  ...aroundVectors.map(inChannels => ({
    name: `${inChannels} input channels by 1 to 17 output channels`,
    cases: aroundVectors.map(outChannels => conv({ inChannels, outChannels, size: [4, 5] })),
  })),
  { name: 'batches', cases: range(1, 4).flatMap(batch => range(1, 6).map(n => conv({ batch, size: [n, 7 - n] }))) },
];

/** Several blocks of tiles, several bites of images, and filters too large to be transformed at once: by pass, for each reads and writes other sides of the convolution. */
const large: Record<string, ConvCase[]> = {
  forward: [
    conv({ batch: 5, inChannels: 70, outChannels: 3, size: [14, 18] }),
    conv({ batch: 2, inChannels: 16, outChannels: 1, size: [64, 70] }),
    conv({ inChannels: 600, outChannels: 50, size: [2, 3] }),
  ],
  'input gradient': [
    conv({ batch: 5, inChannels: 3, outChannels: 70, size: [14, 18] }),
    conv({ batch: 2, inChannels: 1, outChannels: 16, size: [64, 70] }),
    conv({ inChannels: 50, outChannels: 600, size: [2, 3] }),
  ],
  'filter gradient': [
    conv({ batch: 5, inChannels: 70, outChannels: 3, size: [14, 18] }),
    conv({ batch: 5, inChannels: 3, outChannels: 70, size: [14, 18] }),
    conv({ batch: 2, inChannels: 16, outChannels: 1, size: [64, 70] }),
  ],
};

const ledger = new Ledger('Winograd, as a share of its bound');
afterAll(() => console.log(ledger.summary()));

function check(sizes: ConvCase, numbers: ConvNumbers, dtype: DType, kind = ''): void {
  for (const pass of passes) {
    const exact = pass.exact(sizes, numbers);
    const terms = pass.terms(sizes, numbers);
    for (const algorithm of algorithms)
      for (const format of formats)
        scope(() => {
          const label = `${pass.name} by ${algorithm} of ${labelOf(sizes)}, ${format} ${kind}`;
          const result = pass.ours(sizes, numbers, dtype, format, algorithm);
          const bound = winogradBound(algorithm, dtype, terms, ...pass.factors(numbers));
          const error = expectWithin(result, exact, () => bound, label);
          ledger.record(`${dtype} ${algorithm}`, bound === 0 ? 0 : error / bound, label);
        });
  }
}

describe.each(dtypes)('Winograd in %s, forward and both gradients, both memory formats', dtype => {
  it.each(series)('$name', ({ cases }) => {
    for (const sizes of cases) check(sizes, numbersOf(sizes, dtype), dtype);
  });

  it('larger than every block', () => {
    for (const pass of passes)
      for (const sizes of large[pass.name] as ConvCase[]) {
        const numbers = numbersOf(sizes, dtype);
        const exact = pass.exact(sizes, numbers);
        for (const algorithm of algorithms)
          for (const format of formats)
            scope(() => {
              const label = `${pass.name} by ${algorithm} of ${labelOf(sizes)}, ${format}`;
              expectRelative(pass.ours(sizes, numbers, dtype, format, algorithm), exact, 64 * epsilon[dtype], label);
            });
      }
  });

  it.each(Object.entries(data()))('on %s data', (kind, draw) => {
    for (const sizes of [
      conv({ inChannels: 16, outChannels: 8, size: [9, 10] }),
      conv({ batch: 2, inChannels: 5, size: [6, 7] }),
    ]) {
      const { x, w, b, dy } = numbersOf(sizes, dtype);
      const redrawn = (a: Values, seed: number): Values => {
        const next = draw(seed);
        return filled(a.shape, i => rounded(next(i, a.shape), dtype));
      };
      check(sizes, { x: redrawn(x, 1), w: redrawn(w, 2), b: redrawn(b, 3), dy: redrawn(dy, 4) }, dtype, kind);
    }
  });

  it('within 5e-6 (float64: 1e-12) of the largest result on normal data, F(2x2) within the bound of the direct sum', () => {
    const draw = data().normal;
    for (const sizes of [
      conv({ inChannels: 64, outChannels: 8, size: [14, 14] }),
      conv({ inChannels: 8, outChannels: 64, size: [14, 14] }),
      conv({ inChannels: 256, outChannels: 3, size: [7, 7] }),
    ]) {
      const numbers = Object.fromEntries(
        Object.entries(numbersOf(sizes, dtype)).map(([name, a], seed) => {
          const next = draw(seed);
          return [name, filled(a.shape, i => rounded(next(i, a.shape), dtype))];
        }),
      ) as unknown as ConvNumbers;
      for (const pass of passes) {
        const exact = pass.exact(sizes, numbers);
        const label = (algorithm: string): string => `${pass.name} by ${algorithm} of ${labelOf(sizes)}`;
        scope(() => {
          const by = (algorithm: Algorithm): Tensor => pass.ours(sizes, numbers, dtype, 'contiguous', algorithm);
          expectRelative(by('winograd4'), exact, dtype === 'float32' ? 5e-6 : 1e-12, label('winograd4'));
          expectRelative(
            by('winograd2'),
            exact,
            Math.sqrt(Math.max(9, pass.terms(sizes, numbers))) * epsilon[dtype],
            label('winograd2'),
          );
        });
      }
    }
  });

  it.each(algorithms)(
    '%s: the same bits twice, from either memory format, and twice as much for twice the input',
    algorithm => {
      const sizes = conv({ batch: 2, inChannels: 6, outChannels: 9, size: [7, 9] });
      const numbers = { ...numbersOf(sizes, dtype), b: filled([9], 0) };
      const doubled = { ...numbers, x: map(numbers.x, v => 2 * v), dy: map(numbers.dy, v => 2 * v) };
      for (const pass of passes) {
        const first = read(pass.ours(sizes, numbers, dtype, 'contiguous', algorithm));
        for (const format of formats)
          expectExactly(pass.ours(sizes, numbers, dtype, format, algorithm), first, pass.name);
        const factor = pass.name === 'filter gradient' ? 4 : 2;
        expectExactly(
          pass.ours(sizes, doubled, dtype, 'contiguous', algorithm),
          map(first, v => factor * v),
          pass.name,
        );
      }
    },
  );

  it.each(algorithms)('%s with an activation clamps its own sums, on every remainder', algorithm => {
    for (const outChannels of [1, 3, 4, 5, 8, 9, 17])
      for (const width of range(1, 9))
        scope(() => {
          const x = made(
            map(random([2, 3, 5, width], width, dtype), v => 4 * v),
            dtype,
          );
          const [w, b] = [
            made(random([outChannels, 3, 3, 3], 1, dtype), dtype),
            made(random([outChannels], 2, dtype), dtype),
          ];
          const plain = read(conv2d(x, w, b, { padding: 1, algorithm }));
          const relu = conv2d(x, w, b, { padding: 1, algorithm, activation: 'relu' });
          const relu6 = conv2d(x, w, b, { padding: 1, algorithm, activation: 'relu6' });
          expectExactly(
            relu,
            map(plain, v => Math.max(0, v)),
          );
          expectExactly(
            relu6,
            map(plain, v => Math.min(6, Math.max(0, v))),
          );
        });
  });

  it.each(algorithms)(
    '%s carries NaN and infinities to every result that holds them, and to no other image',
    algorithm => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const x = map(random([3, 2, 9, 9], 1, dtype), (v, i) => (i === 2 * 81 + 40 ? value : v));
        const w = random([4, 2, 3, 3], 2, dtype);
        const exact = reference.conv2d(x, w, null, { padding: 1 });
        const y = read(conv2d(made(x, dtype), made(w, dtype), null, { padding: 1, algorithm }));
        const image = 4 * 81;
        y.data.forEach((v, i) => {
          if (!Number.isFinite(at(exact.data, i))) expect(v, `element ${i}`).not.toSatisfy(Number.isFinite);
          if (Math.floor(i / image) !== 1) expect(v, `element ${i}`).toSatisfy(Number.isFinite);
        });
      }
    },
  );
});

/** Generators of data by kind; `index` and `shape` for those that depend on the place. */
function data(): Record<'normal' | 'uniform' | 'positive' | 'large-range' | 'cancelling', (seed: number) => Draw> {
  return {
    normal: seed => {
      const next = generator(seed);
      return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    },
    uniform: seed => {
      const next = generator(seed);
      return () => 2 * next() - 1;
    },
    positive: seed => generator(seed),
    'large-range': seed => {
      const next = generator(seed);
      return () => (next() < 0.5 ? -1 : 1) * 2 ** (40 * next() - 20);
    },
    // Neighbours nearly cancel: sums of large terms that come to little.
    cancelling: seed => {
      const next = generator(seed);
      return (index, shape) => {
        const column = index % at(shape, shape.length - 1);
        const channel = Math.floor(index / 9) % 2;
        return ((column + channel) % 2 ? -1 : 1) * (1000 + next());
      };
    },
  };
}
type Draw = (index: number, shape: readonly number[]) => number;

describe('algorithm', () => {
  const [x, w] = [() => zeros([2, 4, 6, 7]), () => zeros([8, 4, 3, 3])];

  it.each<[string, (algorithm: Algorithm) => unknown]>([
    ['a kernel of another size', algorithm => conv2d(x(), zeros([8, 4, 3, 2]), null, { algorithm })],
    ['a stride', algorithm => conv2d(x(), w(), null, { algorithm, stride: [1, 2] })],
    ['a dilation', algorithm => conv2d(x(), w(), null, { algorithm, dilation: 2 })],
    ['groups', algorithm => conv2d(x(), zeros([8, 1, 3, 3]), null, { algorithm, groups: 4 })],
    [
      'the gradient of a strided one',
      algorithm => conv2dInputGrad(zeros([2, 8, 2, 3]), w(), [2, 4, 6, 7], { algorithm, stride: 2 }),
    ],
    [
      'the filter gradient of a strided one',
      algorithm => conv2dFilterGrad(x(), zeros([2, 8, 2, 3]), [8, 4, 3, 3], { algorithm, stride: 2 }),
    ],
  ])('that is Winograd is refused for %s', (_, run) => {
    for (const algorithm of algorithms)
      expectArgumentError(() => run(algorithm), ArgumentError, 'algorithm', algorithm, 'direct');
  });

  it.each(dtypes)("'auto' keeps within the bound of Winograd, in %s", dtype => {
    for (const sizes of series.flatMap(({ cases }) => cases.slice(-2))) {
      const numbers = numbersOf(sizes, dtype);
      for (const pass of passes) {
        const bound = winogradBound('winograd4', dtype, pass.terms(sizes, numbers), ...pass.factors(numbers));
        scope(() =>
          expectWithin(
            pass.ours(sizes, numbers, dtype, 'channels-last', 'auto'),
            pass.exact(sizes, numbers),
            () => bound,
            `${pass.name} of ${labelOf(sizes)}`,
          ),
        );
      }
    }
  });
});
