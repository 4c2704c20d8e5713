import { describe, expect, it } from 'vitest';
import { ArgumentError, scope, type Tensor, zeros } from '../../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums, expectWithin } from '../../helpers/compare.ts';
import { type ConvCase, type ConvSeries, labelOf, numbersOf, range, termsOf } from '../../helpers/convCases.ts';
import { expectArgumentError } from '../../helpers/errors.ts';
import { type Format, formats, made } from '../../helpers/tensors.ts';
import { tiles, withTile } from '../../helpers/tile.ts';
import { type DType, dtypes, epsilon, magnitude, map, random, scaled, valuesOf } from '../../helpers/values.ts';
import type { ConvOptions } from '../../reference/conv2d.ts';
import * as reference from '../../reference/conv2d.ts';

const planar = (options: ConvOptions) => ({ ...options, algorithm: 'planar' as const });

const conv = (part: Partial<ConvCase>): ConvCase => ({
  batch: 2,
  inChannels: 1,
  outChannels: 3,
  size: [5, 7],
  kernel: [3, 3],
  options: { padding: 1 },
  ...part,
});

/** Rows to three vectors and one pixel, heights around TALL_ROWS, tiles of 6, 4, 2 and 1 channels, 3 to 6 taps, all their remainders. */
const series: readonly ConvSeries[] = [
  {
    name: 'rows of 1 to 13',
    cases: range(1, 13).flatMap(width => [3, 4, 5].map(height => conv({ size: [height, width] }))),
  },
  {
    name: 'heights of 1 to 9',
    cases: range(1, 9).flatMap(height => [2, 4, 9].map(width => conv({ size: [height, width], inChannels: 2 }))),
  },
  {
    name: '1 to 13 output channels',
    cases: range(1, 13).flatMap(outChannels => [3, 9].map(width => conv({ outChannels, size: [5, width] }))),
  },
  {
    name: '1 to 13 input channels',
    cases: range(1, 13).flatMap(inChannels => [3, 9].map(width => conv({ inChannels, size: [5, width] }))),
  },
  {
    name: '1 to 13 taps',
    cases: range(1, 13).flatMap(taps => [
      conv({ inChannels: taps, kernel: [1, 1], options: {} }),
      conv({ kernel: [1, taps], size: [3, 14], options: {}, outChannels: 2 }),
    ]),
  },
  {
    name: 'kernels of 1 to 7, square and not',
    cases: range(1, 7).flatMap(k =>
      [1, 2, k].map(l => conv({ kernel: [k, l], size: [8, 9], options: { padding: [k >> 1, l >> 1] } })),
    ),
  },
  {
    name: 'strides and dilations of 1 to 3',
    cases: range(1, 3).flatMap(sh =>
      range(1, 3).flatMap(sw =>
        [
          [1, 1],
          [2, 3],
          [3, 2],
        ].flatMap(([dh, dw]) =>
          ([3, 4] as const).map(k =>
            conv({
              kernel: [k, 3],
              size: [10, 13],
              inChannels: 2,
              options: { stride: [sh, sw], dilation: [dh as number, dw as number], padding: [2, 1] },
            }),
          ),
        ),
      ),
    ),
  },
  {
    name: 'every width by stride 2 and 3',
    cases: range(1, 18).flatMap(width =>
      ([2, 3] as const).flatMap(stride => [
        conv({ size: [4, width], options: { stride, padding: 1 } }),
        conv({ size: [5, width], options: { stride, padding: [1, 2, 1, 2] } }),
      ]),
    ),
  },
  {
    name: 'paddings that differ, and that are larger than the kernel',
    cases: (
      [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [0, 0, 0, 4],
        [5, 0, 0, 0],
        [4, 5, 5, 4],
      ] as const
    ).flatMap(padding =>
      ([1, 2] as const).flatMap(stride => [
        conv({ size: [4, 5], options: { padding, stride } }),
        conv({ size: [4, 9], kernel: [2, 2], inChannels: 5, options: { padding, stride, dilation: [1, 2] } }),
      ]),
    ),
  },
  {
    name: 'strides that skip the last rows and columns',
    cases: range(4, 9).flatMap(size =>
      ([2, 3] as const).flatMap(stride => [
        conv({ size: [size, size + 1], kernel: [1, 1], options: { stride } }),
        conv({ size: [size, size], kernel: [2, 2], options: { stride: [stride, stride + 2], padding: [0, 1] } }),
      ]),
    ),
  },
];

interface Numbers extends ReturnType<typeof numbersOf> {
  readonly c: ConvCase;
  readonly dtype: DType;
}

const sides: readonly [Format, Format][] = [
  ['contiguous', 'contiguous'],
  ['channels-last', 'channels-last'],
  ['contiguous', 'channels-last'],
];

/** Compares a pass from all memory formats, with all tiles, with its reference. */
const passes = {
  forward: ({ c, dtype, x, w, b, dy }: Numbers) => {
    const expected = reference.conv2d(x, w, b, c.options);
    const scale = reference.conv2d(magnitude(x), magnitude(w), magnitude(b), c.options);
    const options = planar(c.options);
    for (const format of formats) {
      const y = conv2d(made(x, dtype, format), made(w, dtype), made(b, dtype), options);
      expectSums(y, expected, { scale, terms: termsOf(c, dy).y, dtype, label: `y of ${labelOf(c)}, ${format}` });
    }
  },
  'input gradient': ({ c, dtype, x, w, dy }: Numbers) => {
    const expected = reference.conv2dInputGrad(dy, w, x.shape, c.options);
    const scale = reference.conv2dInputGrad(magnitude(dy), magnitude(w), x.shape, c.options);
    const options = planar(c.options);
    for (const format of formats) {
      const dx = conv2dInputGrad(made(dy, dtype, format), made(w, dtype), x.shape, options);
      expectSums(dx, expected, { scale, terms: termsOf(c, dy).dx, dtype, label: `dx of ${labelOf(c)}, ${format}` });
    }
  },
  'filter gradient': ({ c, dtype, x, w, dy }: Numbers) => {
    const factor = -1.5;
    const expected = scaled(reference.conv2dFilterGrad(x, dy, w.shape, c.options), factor);
    const all = reference.conv2dFilterGrad(magnitude(x), magnitude(dy), w.shape, c.options);
    const options = { ...planar(c.options), scale: factor };
    for (const [xFormat, dyFormat] of sides) {
      const dw = conv2dFilterGrad(made(x, dtype, xFormat), made(dy, dtype, dyFormat), w.shape, options);
      const label = `dw of ${labelOf(c)}, x ${xFormat}, dy ${dyFormat}`;
      expectSums(dw, expected, { scale: scaled(all, -factor), terms: termsOf(c, dy).dw, dtype, label });
    }
  },
};

const variants = dtypes.flatMap(dtype => tiles.map(tile => [dtype, tile] as const));

describe.each(variants)("'planar' in %s with tiles of %i, from all memory formats", (dtype, tile) => {
  describe.each(Object.entries(passes))('%s', (_, check) => {
    it.each(series)('$name', ({ cases }) => {
      for (const c of cases) scope(() => withTile(tile, () => check({ c, dtype, ...numbersOf(c, dtype) })));
    });
  });

  it('chunks of images, and several steps and blocks of rows', () => {
    const large = [
      conv({ batch: 3, size: [200, 190], kernel: [1, 2], outChannels: 2, options: { padding: [0, 1] } }),
      conv({ batch: 5, size: [9, 13], kernel: [2, 2], inChannels: 3, options: { padding: 1, stride: [1, 2] } }),
      conv({ batch: 2, size: [1500, 3], kernel: [2, 1], options: {} }),
    ];
    const tolerance = 64 * epsilon[dtype];
    for (const c of large) {
      const { x, w, b, dy } = numbersOf(c, dtype);
      const options = planar(c.options);
      scope(() =>
        withTile(tile, () => {
          const [tx, tw, tdy] = [made(x, dtype), made(w, dtype), made(dy, dtype)];
          expectRelative(conv2d(tx, tw, made(b, dtype), options), reference.conv2d(x, w, b, c.options), tolerance);
          const dx = reference.conv2dInputGrad(dy, w, x.shape, c.options);
          expectRelative(conv2dInputGrad(tdy, tw, x.shape, options), dx, tolerance);
          const dw = reference.conv2dFilterGrad(x, dy, w.shape, c.options);
          expectRelative(conv2dFilterGrad(tx, tdy, w.shape, options), dw, tolerance);
        }),
      );
    }
  });

  it.each([
    ['relu', (value: number) => Math.max(0, value)],
    ['relu6', (value: number) => Math.min(6, Math.max(0, value))],
  ] as const)('%s at the end', (activation, apply) => {
    for (const outChannels of [1, 2, 4, 6, 13]) {
      const x = map(random([1, 2, 5, 6], 1, dtype), value => 5 * value);
      const [w, b] = [random([outChannels, 2, 3, 3], 2, dtype), random([outChannels], 3, dtype)];
      const [plain, fused] = withTile(tile, () =>
        [undefined, activation].map(activation =>
          conv2d(made(x, dtype), made(w, dtype), made(b, dtype), { ...planar({ padding: 1 }), activation }),
        ),
      ) as [Tensor, Tensor];
      expectExactly(fused, map(valuesOf(plain.shape, plain.data), apply), `${outChannels} channels`);
    }
  });

  it.each([
    [3, 3],
    [3, 2],
    [2, 2],
    [1, 3],
  ] as const)('a special pixel reaches exactly the results that it is a part of, kernel %i x %i', (...kernel) => {
    const c = { padding: [kernel[0] >> 1, 1] } as const;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const width of [3, 6, 7]) {
        // In the middle of the image a pixel is in the vector that overlaps another.
        for (const index of [0, width - 1, 2 * width + 2, 2 * width + 3, 3 * width + 4, 4 * width]) {
          const x = map(random([2, 1, 5, width], 1, dtype), (v, i) => (i === index ? value : v));
          const w = map(random([3, 1, ...kernel], 3, dtype), v => v + 2);
          const turned = valuesOf([1, 3, ...kernel], w.data);
          const y = reference.conv2d(x, w, null, c);
          const dy = map(random(y.shape, 2, dtype), v => v + 2);
          const inputShape = [2, 3, 5, width];
          const label = `${value} at ${index}, width ${width}`;
          scope(() =>
            withTile(tile, () => {
              const [tx, tw, options] = [made(x, dtype), made(w, dtype), planar(c)];
              expectWithin(conv2d(tx, tw, null, options), y, () => 1e-4, label);
              const dw = reference.conv2dFilterGrad(x, dy, w.shape, c);
              expectWithin(conv2dFilterGrad(tx, made(dy, dtype), w.shape, options), dw, () => 1e-3, label);
              if (y.shape[3] !== width) return;
              const dx = reference.conv2dInputGrad(x, turned, inputShape, c);
              expectWithin(conv2dInputGrad(tx, made(turned, dtype), inputShape, options), dx, () => 1e-4, label);
            }),
          );
        }
      }
    }
  });

  it('`out` of either memory format holds the result, the same bits twice', () => {
    const c = conv({ inChannels: 3, outChannels: 7 });
    const { x, w, b, dy } = numbersOf(c, dtype);
    withTile(tile, () => {
      const [tx, tw, tb, tdy] = [made(x, dtype), made(w, dtype), made(b, dtype), made(dy, dtype)];
      const runs: ((out?: Tensor) => Tensor)[] = [
        out => conv2d(tx, tw, tb, { ...planar(c.options), out }),
        out => conv2dInputGrad(tdy, tw, x.shape, { ...planar(c.options), out }),
        out => conv2dFilterGrad(tx, tdy, w.shape, { ...planar(c.options), out }),
      ];
      for (const run of runs) {
        const expected = run();
        for (const format of formats) {
          const out = made(random(expected.shape, 9, dtype), dtype, format);
          expect(run(out)).toBe(out);
          expectExactly(out, valuesOf(expected.shape, expected.data), format);
        }
      }
    });
  });
});

it("'planar' refuses groups that are not depthwise", () => {
  const [x, w] = [zeros([1, 4, 5, 5]), zeros([4, 2, 3, 3])];
  const options = { groups: 2, algorithm: 'planar' } as const;
  expectArgumentError(() => conv2d(x, w, null, options), ArgumentError, 'algorithm', /planar is for one group/);
});
