import { expect } from 'vitest';
import { type ConvOptions, taps } from '../reference/conv2d.ts';
import { at, type DType, type Pair, random, type Values } from './values.ts';

/** The sizes of one convolution; its numbers follow from them. */
export interface ConvCase {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: Pair;
  readonly kernel: Pair;
  readonly options: ConvOptions;
}

export interface ConvSeries {
  readonly name: string;
  readonly cases: readonly ConvCase[];
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const conv = (part: Partial<ConvCase>): ConvCase => ({
  batch: 1,
  inChannels: 3,
  outChannels: 5,
  size: [5, 7],
  kernel: [3, 3],
  options: { padding: 1 },
  ...part,
});

/** Sizes below, at and above every tile: 4 or 6 pixels by 8 (float64: 4) channels; vectors of 4 (2); transposes of 4 by 4. */
const aroundTiles = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17];

/** Every remainder of every tile, vector and blocking, as short lists of small convolutions. */
export const remainders: readonly ConvSeries[] = [
  ...range(1, 17).map(outChannels => ({
    name: `${outChannels} output channels over 1 to 14 pixels`,
    cases: range(1, 14).flatMap(width =>
      [1, 3, 4, 8].map(inChannels => conv({ outChannels, inChannels, size: [1, width], kernel: [1, 1], options: {} })),
    ),
  })),
  ...[...range(1, 9), 15, 16, 17].map(inChannels => ({
    name: `${inChannels} input channels`,
    cases: [1, 2, 4, 5, 6, 7].flatMap(width =>
      [3, 8].flatMap(outChannels =>
        ([1, 3] as const).map(k =>
          conv({ outChannels, inChannels, size: [3, width], kernel: [k, k], options: { padding: (k - 1) / 2 } }),
        ),
      ),
    ),
  })),
  ...range(1, 14).map(width => ({
    name: `rows of ${width}`,
    cases: [1, 2, 5].flatMap(height =>
      [1, 3, 4, 5, 8].map(inChannels => conv({ batch: 2, inChannels, size: [height, width] })),
    ),
  })),
  {
    name: 'pixel counts around multiples of 4 and 6',
    cases: [11, 12, 13, 15, 16, 17, 18, 19, 23, 24, 25, 35, 36, 37, 47, 48, 49].flatMap(width =>
      [4, 5, 8, 9].map(outChannels =>
        conv({ outChannels, inChannels: 4, size: [1, width], kernel: [1, 1], options: {} }),
      ),
    ),
  },
  {
    name: 'batches of 1 to 3',
    cases: [1, 2, 3].flatMap(batch =>
      aroundTiles.map(inChannels => conv({ batch, inChannels, outChannels: 9, size: [4, 5] })),
    ),
  },
  {
    name: 'strides, dilations and kernels',
    cases: range(1, 3).flatMap(sh =>
      range(1, 3).flatMap(sw =>
        range(1, 3).flatMap(d =>
          (
            [
              [1, 1],
              [1, 3],
              [2, 2],
              [3, 1],
              [5, 4],
            ] as const
          ).map(kernel =>
            conv({
              size: [11, 13],
              kernel,
              outChannels: 9,
              options: { stride: [sh, sw], dilation: [d, 4 - d], padding: [1, 0, 2, 3] },
            }),
          ),
        ),
      ),
    ),
  },
  {
    name: 'depthwise, 1 to 17 channels',
    cases: range(1, 17).flatMap(groups =>
      [1, 2].flatMap(stride =>
        [1, 2, 3].map(multiplier =>
          conv({
            inChannels: groups,
            outChannels: groups * multiplier,
            size: [5, 6],
            options: { padding: 1, stride, groups },
          }),
        ),
      ),
    ),
  },
  {
    name: 'depthwise: tiles of 4 pixels (or taps) by 8 channels (float64: 4), above and below',
    cases: [2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17].flatMap(groups =>
      [1, 2, 3, 4, 5, 7, 8, 9].flatMap(width =>
        (
          [
            [1, 1],
            [1, 2],
            [2, 2],
            [3, 1],
            [3, 2],
          ] as const
        ).map(kernel =>
          conv({
            batch: 2,
            inChannels: groups,
            outChannels: groups,
            size: [4, width],
            kernel,
            options: { padding: [1, 0, 1, 1], stride: [1, 2], groups },
          }),
        ),
      ),
    ),
  },
  {
    name: 'groups of several channels',
    cases: [2, 3, 4].flatMap(groups =>
      [1, 2, 3, 4, 5, 8].flatMap(inPerGroup =>
        [1, 3, 4, 5, 8, 9].map(outPerGroup =>
          conv({
            inChannels: groups * inPerGroup,
            outChannels: groups * outPerGroup,
            size: [4, 5],
            options: { padding: 1, groups },
          }),
        ),
      ),
    ),
  },
  {
    name: 'padding wider than the image, windows of padding only',
    cases: [1, 2, 3].flatMap(n => [
      conv({ size: [n, 1], kernel: [1, 1], options: { padding: 3 } }),
      conv({ size: [1, n], kernel: [2, 3], options: { padding: [4, 5], stride: [2, 3] } }),
      conv({ size: [n, n], kernel: [3, 3], options: { padding: [0, 6, 5, 0] } }),
    ]),
  },
];

/**
 * Convolutions larger than every block of the library's plans, in which all loops over blocks turn: images (over half a
 * megabyte of frames), rows (48), and panels of columns (half a megabyte of packed operand).
 */
export function largeCases(dtype: DType): Record<'forward' | 'inputGrad' | 'filterGrad', ConvCase[]> {
  const wide = dtype === 'float32' ? 2 : 1;
  const images = { batch: 3, size: [100, 90], kernel: [1, 2], options: { padding: [1, 1, 0, 1] } } as const;
  const pointwise = { size: [7, 7], kernel: [1, 1], options: {} } as const;
  return {
    forward: [
      conv({ ...images, inChannels: 16, outChannels: 1 }),
      conv({ ...pointwise, inChannels: 2000, outChannels: 33 * wide }),
    ],
    inputGrad: [
      conv({ ...images, inChannels: 1, outChannels: 16 }),
      conv({ ...pointwise, inChannels: 33 * wide, outChannels: 2000 }),
    ],
    filterGrad: [
      conv({ ...images, inChannels: 16, outChannels: 1 }),
      conv({ inChannels: 6, outChannels: 257 * wide, size: [17, 19] }),
    ],
  };
}

export interface ConvNumbers {
  readonly x: Values;
  readonly w: Values;
  readonly b: Values;
  readonly dy: Values;
}

const filterShape = ({ inChannels, outChannels, kernel, options }: ConvCase): number[] => [
  outChannels,
  inChannels / (options.groups ?? 1),
  ...kernel,
];

export function numbersOf(c: ConvCase, dtype: DType, seed = 1): ConvNumbers {
  const inputShape = [c.batch, c.inChannels, ...c.size];
  const { outputShape } = taps(inputShape, filterShape(c), c.options);
  if (outputShape.some(n => n < 1)) expect.fail(`test case without output: ${labelOf(c)}`);
  return {
    x: random(inputShape, seed, dtype),
    w: random(filterShape(c), seed + 1, dtype),
    b: random([c.outChannels], seed + 2, dtype),
    dy: random(outputShape, seed + 3, dtype),
  };
}

/** How many products each result of the convolution sums. */
export function termsOf(c: ConvCase, dy: Values): { y: number; dx: number; dw: number } {
  const [kh, kw] = c.kernel;
  const groups = c.options.groups ?? 1;
  return {
    y: (c.inChannels / groups) * kh * kw + 1,
    dx: (c.outChannels / groups) * kh * kw,
    dw: at(dy.shape, 0) * at(dy.shape, 2) * at(dy.shape, 3),
  };
}

export const labelOf = (c: ConvCase): string =>
  `x [${c.batch}, ${c.inChannels}, ${c.size.join(', ')}], w [${filterShape(c).join(', ')}], ${JSON.stringify(c.options)}`;
