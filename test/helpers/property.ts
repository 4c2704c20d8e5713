import fc from 'fast-check';
import { explicitPadding, outputLength, type Padding, pair } from '../reference/conv2d.ts';
import { seed } from '../seed.ts';
import type { ConvCase } from './convCases.ts';
import { labelOf } from './convCases.ts';
import { type Format, formats } from './tensors.ts';
import { type DType, dtypes, type Pair, type Quad } from './values.ts';

/** Parameters of fc.assert: the seed of this run, and `usual` runs, times CONVASM_RUNS where it is set. */
export const runs = (usual: number): fc.Parameters<unknown> => ({
  seed,
  numRuns: Math.ceil(usual * Number(process.env.CONVASM_RUNS ?? 1)),
  verbose: fc.VerbosityLevel.Verbose,
});

export interface PropertyCase extends ConvCase {
  readonly dtype: DType;
  readonly format: Format;
  readonly bias: boolean;
  readonly seed: number;
  /** What fast-check prints for a counterexample. */
  toString(): string;
}

const oneOrTwo = (least: number, most: number): fc.Arbitrary<number | Pair> =>
  fc.oneof(
    fc.integer({ min: least, max: most }),
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most })),
  );

const side = fc.integer({ min: 0, max: 3 });

const padding: fc.Arbitrary<Padding> = fc.oneof(
  side,
  fc.tuple(side, side),
  fc.tuple(side, side, side, side),
  fc.constant('same' as const),
  fc.constant('valid' as const),
);

/** A size of the input that gives at least one output: the least that fits, and `extra`. */
function sizeThatFits(options: { padding: Padding; dilation: number | Pair }, kernel: Pair, extra: Pair): Pair {
  const reach = ([0, 1] as const).map(axis => (kernel[axis] - 1) * pair(options.dilation)[axis] + 1) as unknown as Pair;
  if (options.padding === 'same') return [1 + extra[0], 1 + extra[1]];
  const [top, left, bottom, right] = explicitPadding(options.padding, [1, 1], kernel, [1, 1], [1, 1]);
  return [Math.max(1, reach[0] - top - bottom) + extra[0], Math.max(1, reach[1] - left - right) + extra[1]];
}

/** Every option of a convolution crossed with every other; dense, grouped, depthwise with and without a multiplier. */
export const convolutions: fc.Arbitrary<PropertyCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.oneof(
      fc.record({
        groups: fc.constant(1),
        inputs: fc.integer({ min: 1, max: 9 }),
        outputs: fc.integer({ min: 1, max: 17 }),
      }),
      fc.record({
        groups: fc.integer({ min: 2, max: 4 }),
        inputs: fc.integer({ min: 1, max: 5 }),
        outputs: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({
        groups: fc.integer({ min: 2, max: 9 }),
        inputs: fc.constant(1),
        outputs: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: oneOrTwo(1, 3),
    dilation: oneOrTwo(1, 3),
    padding,
    extra: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 8 })),
    dtype: fc.constantFrom(...dtypes),
    format: fc.constantFrom(...formats),
    bias: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ channels: { groups, inputs, outputs }, stride, dilation, padding, kernel, extra, ...rest }) => {
    const options = { stride, dilation, padding, groups };
    const made = {
      ...rest,
      inChannels: groups * inputs,
      outChannels: groups * outputs,
      kernel,
      size: sizeThatFits(options, kernel, extra),
      options,
    };
    return {
      ...made,
      toString: () => `${labelOf(made)}, ${made.dtype}, ${made.format}, bias ${made.bias}, seed ${made.seed}`,
    };
  });

/** Those that the planar algorithm takes: one group, or depthwise. */
export const planarConvolutions: fc.Arbitrary<PropertyCase> = convolutions.filter(
  ({ inChannels, outChannels, options: { groups = 1 } }) =>
    groups === 1 || (inChannels === groups && outChannels === groups),
);

/** Those that Winograd's algorithms take: filters of 3x3, stride 1, no dilation, one group, padding of at most 2. */
export const winogradConvolutions: fc.Arbitrary<PropertyCase> = fc
  .tuple(convolutions, fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })))
  .map(([c, extra]) => {
    const padding = c.options.padding ?? 0;
    const atMost2 =
      typeof padding === 'string'
        ? padding
        : (explicitPadding(padding, [1, 1], [3, 3], [1, 1], [1, 1]).map(n => Math.min(n, 2)) as unknown as Quad);
    const options = { padding: atMost2 };
    const made = {
      ...c,
      kernel: [3, 3] as const,
      options,
      size: sizeThatFits({ padding: atMost2, dilation: 1 }, [3, 3], extra),
    };
    return { ...made, toString: () => `${labelOf(made)}, ${made.dtype}, ${made.format}, seed ${made.seed}` };
  });

export interface PoolPropertyCase {
  readonly shape: Quad;
  readonly options: { kernelSize: Pair; stride: number | Pair; padding: Padding };
  readonly dtype: DType;
  readonly format: Format;
  readonly seed: number;
}

/** Every option of a pool; the padding is below the kernel, so no window lies in it alone. */
export const pools: fc.Arbitrary<PoolPropertyCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 17 }),
    kernelSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: oneOrTwo(1, 4),
    padding,
    extra: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 8 })),
    dtype: fc.constantFrom(...dtypes),
    format: fc.constantFrom(...formats),
    seed: fc.nat(),
  })
  .map(({ batch, channels, kernelSize, padding, extra, ...rest }) => {
    const below = (value: number, axis: 0 | 1): number => Math.min(value, Math.floor(kernelSize[axis] / 2));
    const allowed = ((): Padding => {
      if (typeof padding === 'string') return padding;
      const [top, left, bottom, right] = explicitPadding(padding, [1, 1], kernelSize, [1, 1], [1, 1]);
      return [below(top, 0), below(left, 1), below(bottom, 0), below(right, 1)];
    })();
    const size = sizeThatFits({ padding: allowed, dilation: 1 }, kernelSize, extra);
    return {
      ...rest,
      shape: [batch, channels, ...size] as const,
      options: { kernelSize, stride: rest.stride, padding: allowed },
    };
  })
  .filter(({ shape, options }) => {
    const [sh, sw] = pair(options.stride);
    const p = explicitPadding(options.padding, [shape[2], shape[3]], options.kernelSize, [sh, sw], [1, 1]);
    // A window beyond the image: 'same' with a stride over the kernel never has one, nor does padding below the kernel.
    return (
      outputLength(shape[2], p[0] + p[2], options.kernelSize[0], sh, 1) > 0 &&
      outputLength(shape[3], p[1] + p[3], options.kernelSize[1], sw, 1) > 0
    );
  });
