import type { PoolOptions } from '../reference/pooling.ts';
import { range } from './convCases.ts';

export interface PoolCase {
  readonly shape: readonly [number, number, number, number];
  readonly options: PoolOptions;
}

export interface PoolSeries {
  readonly name: string;
  readonly cases: readonly PoolCase[];
}

export const poolLabel = ({ shape, options }: PoolCase): string =>
  `x [${shape.join(', ')}], ${JSON.stringify(options)}`;

/** Every remainder of the vectors over channels and pixels, and every option. No window lies in the padding alone. */
export const poolSeries: readonly PoolSeries[] = [
  ...range(1, 17).map(channels => ({
    name: `${channels} channels`,
    cases: [1, 2, 3, 4, 5, 7, 8, 9].flatMap(width => [
      { shape: [2, channels, 4, width] as const, options: { kernelSize: [2, 1] as const } },
      { shape: [1, channels, 3, width] as const, options: { kernelSize: 3, padding: 1, stride: 1 } },
    ]),
  })),
  ...range(1, 14).map(width => ({
    name: `rows of ${width}`,
    cases: [2, 3, 5].flatMap(height =>
      [2, 3, 4].map(channels => ({
        shape: [2, channels, height, width] as const,
        options: { kernelSize: [2, 1] as const },
      })),
    ),
  })),
  {
    name: 'kernels, strides and asymmetric padding',
    cases: (
      [
        [1, 1],
        [2, 2],
        [2, 3],
        [3, 2],
        [4, 5],
      ] as const
    ).flatMap(kernelSize =>
      range(1, 3).flatMap(sh =>
        range(1, 3).flatMap(sw =>
          (
            [
              [0, 0, 0, 0],
              [1, 0, 0, 1],
              [0, 1, 1, 0],
              [1, 1, 1, 1],
            ] as const
          )
            .filter(([top, left]) => top < kernelSize[0] && left < kernelSize[1])
            .map(padding => ({
              shape: [2, 5, 7, 9] as const,
              options: { kernelSize, stride: [sh, sw] as const, padding },
            })),
        ),
      ),
    ),
  },
  {
    name: 'windows of 2 x 2 side by side, whole and cut off',
    cases: [3, 4, 5, 8, 33, 36].flatMap(channels =>
      range(2, 5).flatMap(height =>
        range(2, 7).flatMap(width =>
          [0, [0, 0, 1, 1] as const].map(padding => ({
            shape: [2, channels, height, width] as const,
            options: { kernelSize: 2, padding },
          })),
        ),
      ),
    ),
  },
  {
    name: "'same' and 'valid'",
    cases: (['same', 'valid'] as const).flatMap(padding =>
      [2, 3].flatMap(kernelSize =>
        [1, 2, 3].flatMap(stride =>
          range(3, 6).map(width => ({ shape: [1, 3, 5, width] as const, options: { kernelSize, stride, padding } })),
        ),
      ),
    ),
  },
  { name: 'a larger image', cases: [{ shape: [3, 6, 61, 67], options: { kernelSize: 3, stride: 2, padding: 1 } }] },
];
