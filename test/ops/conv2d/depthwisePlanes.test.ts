import { describe, expect, it } from 'vitest';
import { scope } from '../../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectSums } from '../../helpers/compare.ts';
import { type ConvCase, labelOf, numbersOf, range, termsOf } from '../../helpers/convCases.ts';
import { describeOut } from '../../helpers/out.ts';
import { type Format, formats, made, read } from '../../helpers/tensors.ts';
import { type DType, dtypes, filled, magnitude, map, random, scaled, valuesOf } from '../../helpers/values.ts';
import type { ConvOptions } from '../../reference/conv2d.ts';
import * as reference from '../../reference/conv2d.ts';

/** A depthwise convolution of two channels, if nothing else is said. */
const depthwise = (part: Partial<ConvCase> & { channels?: number }): ConvCase => {
  const { channels = 2, options = { padding: 1 }, ...rest } = part;
  return {
    batch: 1,
    inChannels: channels,
    outChannels: channels,
    size: [5, 7],
    kernel: [3, 3],
    ...rest,
    options: { ...options, groups: channels },
  };
};

const planar = (options: ConvOptions) => ({ ...options, algorithm: 'planar' as const });

/** Forward pass and both gradients, from one memory format, each against the plain loops. */
function check(c: ConvCase, dtype: DType, format: Format = 'contiguous', scale = 1): void {
  const { x, w, b, dy } = numbersOf(c, dtype);
  const terms = termsOf(c, dy);
  const label = `${labelOf(c)}, ${format}`;
  const [ax, aw, ab, ady] = [magnitude(x), magnitude(w), magnitude(b), magnitude(dy)];
  const { options } = c;
  scope(() => {
    const [tx, tw, tdy] = [made(x, dtype, format), made(w, dtype), made(dy, dtype, format)];
    expectSums(conv2d(tx, tw, made(b, dtype), planar(options)), reference.conv2d(x, w, b, options), {
      scale: reference.conv2d(ax, aw, ab, options),
      terms: terms.y,
      dtype,
      label: `y of ${label}`,
    });
    expectSums(conv2dInputGrad(tdy, tw, x.shape, planar(options)), reference.conv2dInputGrad(dy, w, x.shape, options), {
      scale: reference.conv2dInputGrad(ady, aw, x.shape, options),
      terms: terms.dx,
      dtype,
      label: `dx of ${label}`,
    });
    expectSums(
      conv2dFilterGrad(tx, tdy, w.shape, { ...planar(options), scale }),
      scaled(reference.conv2dFilterGrad(x, dy, w.shape, options), scale),
      {
        scale: scaled(reference.conv2dFilterGrad(ax, ady, w.shape, options), scale),
        terms: terms.dw,
        dtype,
        label: `dw of ${label}`,
      },
    );
  });
}

/** Output rows below, at and above the 2 and 4 of the micro-kernels. */
const heights = [1, 2, 3, 4, 5, 6, 7, 9];
const widths = [...range(1, 13), 16, 17, 23];

const series: readonly { name: string; cases: readonly ConvCase[] }[] = [
  ...[1, 2, 3].map(stride => ({
    name: `3x3, stride ${stride}: widths to 3 vectors and heights around the tiles`,
    cases: widths.flatMap(width =>
      heights.map(height => depthwise({ size: [height, width], options: { padding: 1, stride } })),
    ),
  })),
  {
    name: '3x3: every padding, either parity',
    cases: [1, 2, 3].flatMap(stride =>
      (
        [
          [0, 0, 0, 0],
          [1, 0, 0, 1],
          [0, 1, 1, 0],
          [2, 1, 0, 3],
          [1, 2, 3, 0],
          [2, 2, 2, 2],
          [3, 5, 4, 3],
          [0, 6, 7, 0],
        ] as const
      ).flatMap(padding =>
        (
          [
            [3, 3],
            [4, 9],
            [9, 10],
            [10, 17],
          ] as const
        ).map(size => depthwise({ size, options: { padding, stride } })),
      ),
    ),
  },
  {
    name: 'kernels of 1 to 5, any strides and dilations',
    cases: (
      [
        [1, 1],
        [1, 3],
        [2, 2],
        [3, 1],
        [3, 3],
        [5, 4],
        [5, 5],
      ] as const
    ).flatMap(kernel =>
      range(1, 3).flatMap(sh =>
        range(1, 3).flatMap(sw =>
          (
            [
              [1, 1],
              [2, 3],
              [3, 1],
            ] as const
          ).map(dilation =>
            depthwise({ size: [13, 14], kernel, options: { stride: [sh, sw], dilation, padding: [1, 0, 2, 3] } }),
          ),
        ),
      ),
    ),
  },
  {
    name: 'strides over the kernel, frames smaller than the image',
    cases: [1, 2, 3].flatMap(k =>
      [3, 4, 5].flatMap(stride =>
        [5, 6, 7, 12].map(n => depthwise({ size: [n, n + 1], kernel: [k, k], options: { stride, padding: k % 2 } })),
      ),
    ),
  },
  {
    name: 'planes of one pixel, padding wider than the image',
    cases: [1, 2, 3].flatMap(stride =>
      [1, 2, 3].flatMap(n => [
        depthwise({ channels: 5, size: [1, 1], kernel: [n, n], options: { padding: n - 1, stride } }),
        depthwise({ size: [1, n], kernel: [2, 3], options: { padding: [4, 5], stride } }),
        depthwise({ size: [n, 1], options: { padding: [3, 4, 2, 6], stride } }),
      ]),
    ),
  },
  {
    name: 'several images and channels',
    cases: [1, 2, 3].flatMap(batch =>
      [2, 3, 5].flatMap(channels =>
        [1, 2].map(stride => depthwise({ batch, channels, size: [5, 6], options: { padding: 1, stride } })),
      ),
    ),
  },
];

describe.each(dtypes)('a depthwise convolution of planes and its gradients, in %s', dtype => {
  it.each(series)('$name', ({ cases }) => {
    for (const c of cases) check(c, dtype);
  });

  it('from channels-last memory, the filter gradient times `scale`', () => {
    for (const stride of [1, 2, 3]) {
      for (const width of [1, 3, 4, 9]) {
        const c = depthwise({ batch: 2, channels: 3, size: [6, width], options: { padding: 1, stride } });
        for (const format of formats) check(c, dtype, format, 1 / 3);
      }
    }
  });

  it('the filter gradient from every pair of memory formats', () => {
    for (const stride of [1, 2]) {
      const c = depthwise({ batch: 2, channels: 3, size: [6, 9], options: { padding: 1, stride } });
      const { x, w, dy } = numbersOf(c, dtype);
      const expected = reference.conv2dFilterGrad(x, dy, w.shape, c.options);
      const scale = reference.conv2dFilterGrad(magnitude(x), magnitude(dy), w.shape, c.options);
      for (const xFormat of formats) {
        for (const dyFormat of formats) {
          const dw = conv2dFilterGrad(made(x, dtype, xFormat), made(dy, dtype, dyFormat), w.shape, planar(c.options));
          const label = `dw, x ${xFormat}, dy ${dyFormat}`;
          expectSums(dw, expected, { scale, terms: termsOf(c, dy).dw, dtype, label });
        }
      }
    }
  });

  it('planes of several bands', () => {
    for (const stride of [1, 2, 3]) {
      for (const height of [120, 121]) {
        check(depthwise({ size: [height, 130], options: { padding: [1, 2, 0, 1], stride } }), dtype);
      }
    }
    // A last band of fewer rows than a tile.
    for (const [height, stride] of [
      [5, 1],
      [7, 1],
      [9, 2],
    ] as const) {
      check(depthwise({ size: [height, 3001], options: { padding: [1, 2, 1, 1], stride } }), dtype);
    }
  });

  it.each([
    ['relu', (value: number) => Math.max(0, value)],
    ['relu6', (value: number) => Math.min(6, Math.max(0, value))],
  ] as const)('with %s at the end, in every micro-kernel', (activation, apply) => {
    for (const stride of [1, 2, 3]) {
      for (const width of [3, 8, 9, 18]) {
        const x = map(random([2, 3, 7, width], width, dtype), value => 4 * value);
        const [w, b] = [random([3, 1, 3, 3], stride, dtype), random([3], 3, dtype)];
        const options = planar({ padding: 1, groups: 3, stride });
        const plain = conv2d(made(x, dtype), made(w, dtype), made(b, dtype), options);
        const fused = conv2d(made(x, dtype), made(w, dtype), made(b, dtype), { ...options, activation });
        expectExactly(fused, map(valuesOf(plain.shape, plain.data), apply), `width ${width}, stride ${stride}`);
      }
    }
  });

  it('a plane whose neighbours are NaN is not touched by them', () => {
    for (const stride of [1, 2, 3]) {
      for (const size of [
        [1, 1],
        [5, 3],
        [7, 9],
        [9, 14],
      ] as const) {
        const c = depthwise({ batch: 2, channels: 3, size, options: { padding: 1, stride } });
        const { x, w, dy } = numbersOf(c, dtype);
        const middle = (shape: readonly number[]) => (_: number, i: number) =>
          Math.floor(i / ((shape[2] as number) * (shape[3] as number))) % 3 === 1;
        const poisoned = (a: typeof x) => map(a, (v, i) => (middle(a.shape)(v, i) ? v : Number.NaN));
        const [px, pdy] = [poisoned(x), poisoned(dy)];
        const label = `[${size}], stride ${stride}`;
        const y = conv2d(made(px, dtype), made(w, dtype), null, planar(c.options));
        const dx = conv2dInputGrad(made(pdy, dtype), made(w, dtype), x.shape, planar(c.options));
        const dw = conv2dFilterGrad(made(px, dtype), made(pdy, dtype), w.shape, planar(c.options));
        for (const t of [y, dx]) {
          const numbers = read(t);
          const own = [...numbers.data].filter((v, i) => middle(numbers.shape)(v, i));
          expect(own.every(Number.isFinite), label).toBe(true);
        }
        [...read(dw).data].forEach((v, i) => {
          expect(Number.isFinite(v), `${label}, dw ${i}`).toBe(Math.floor(i / 9) === 1);
        });
      }
    }
  });

  it('gives the same bits twice, whatever was in scratch', () => {
    for (const stride of [1, 2, 3]) {
      const c = depthwise({ batch: 2, channels: 3, size: [11, 14], options: { padding: 1, stride } });
      const { x, w, dy } = numbersOf(c, dtype);
      const all = () => [
        read(conv2d(made(x, dtype), made(w, dtype), null, planar(c.options))),
        read(conv2dInputGrad(made(dy, dtype), made(w, dtype), x.shape, planar(c.options))),
        read(conv2dFilterGrad(made(x, dtype), made(dy, dtype), w.shape, planar(c.options))),
      ];
      const first = all();
      const nan = made(filled([1, 2, 60, 60], Number.NaN), dtype);
      conv2d(nan, made(filled([2, 1, 5, 5], 1), dtype), null, planar({ padding: 2, groups: 2 }));
      expect(all()).toEqual(first);
    }
  });
});

describeOut({
  conv2d: (options, dtype) =>
    conv2d(made(random([2, 3, 5, 6], 1, dtype), dtype), made(random([3, 1, 3, 3], 2, dtype), dtype), null, {
      ...planar({ padding: 1, groups: 3 }),
      ...options,
    }),
  conv2dInputGrad: (options, dtype) =>
    conv2dInputGrad(
      made(random([2, 3, 3, 3], 1, dtype), dtype),
      made(random([3, 1, 3, 3], 2, dtype), dtype),
      [2, 3, 5, 6],
      { ...planar({ padding: 1, stride: 2, groups: 3 }), ...options },
    ),
  conv2dFilterGrad: (options, dtype) =>
    conv2dFilterGrad(
      made(random([2, 3, 5, 6], 1, dtype), dtype),
      made(random([2, 3, 5, 6], 2, dtype), dtype),
      [3, 1, 3, 3],
      { ...planar({ padding: 1, groups: 3 }), ...options },
    ),
});
