import { describe, expect, it } from 'vitest';
import { scope, zeros } from '../../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../src/ops/index.ts';
import { runtime } from '../../../src/runtime/init.ts';
import { dtypes } from '../../helpers/values.ts';

/** Layers of known networks and of small ones: [batch, in, size, out, kernel, stride, groups]. */
const layers = [
  [1, 3, 224, 64, 7, 2, 1],
  [1, 64, 56, 64, 3, 1, 1],
  [1, 64, 56, 64, 1, 1, 1],
  [1, 128, 28, 128, 3, 1, 1],
  [1, 128, 28, 128, 3, 2, 1],
  [1, 256, 14, 256, 3, 1, 1],
  [8, 256, 7, 256, 3, 1, 1],
  [1, 256, 4, 256, 3, 1, 1],
  [1, 512, 14, 128, 1, 1, 1],
  [1, 320, 7, 640, 1, 1, 1],
  [1, 32, 56, 32, 3, 1, 32],
  [1, 144, 28, 144, 3, 2, 144],
  [1, 64, 28, 64, 3, 1, 8],
  [32, 1, 28, 8, 3, 1, 1],
  [32, 8, 14, 16, 3, 1, 1],
  [32, 1, 28, 6, 5, 1, 1],
  [32, 3, 32, 16, 3, 1, 1],
  [64, 16, 8, 32, 3, 1, 1],
  [1, 16, 8, 16, 3, 1, 1],
  [1, 17, 9, 5, 3, 1, 1],
  [1, 1, 64, 1, 5, 1, 1],
  [1, 2, 64, 3, 7, 3, 1],
  [256, 4, 4, 4, 3, 1, 1],
] as const;

/** Blocks are as large as L2 suggests, also where the tensors are smaller. */
const L2 = 5 << 18;

/** The most bytes of scratch that `fn` asks for at a time. */
function scratchOf(fn: () => void): number {
  const { scratch } = runtime();
  const { reserve } = scratch;
  let most = 0;
  scratch.reserve = (...sizes) => {
    most = Math.max(
      most,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
    return reserve.apply(scratch, sizes);
  };
  try {
    scope(fn);
  } finally {
    scratch.reserve = reserve;
  }
  return most;
}

describe.each(dtypes)('scratch in %s', dtype => {
  it.each(layers)(
    'batch %i, %i channels @%i -> %i, kernel %i, stride %i, groups %i: at most 4 times the tensors, or 1.25 MB',
    (...[batch, channels, size, outChannels, kernelSize, stride, groups]) => {
      const options = { stride, groups, padding: (kernelSize - 1) / 2 };
      scope(() => {
        const x = zeros([batch, channels, size, size], dtype);
        const w = zeros([outChannels, channels / groups, kernelSize, kernelSize], dtype);
        const y = conv2d(x, w, null, options);
        const limit = Math.max(4 * (x.size + w.size + y.size) * (dtype === 'float32' ? 4 : 8), L2);
        expect(scratchOf(() => conv2d(x, w, null, options))).toBeLessThan(limit);
        expect(scratchOf(() => conv2dInputGrad(y, w, x.shape, options))).toBeLessThan(limit);
        expect(scratchOf(() => conv2dFilterGrad(x, y, w.shape, options))).toBeLessThan(limit);
      });
    },
  );
});
