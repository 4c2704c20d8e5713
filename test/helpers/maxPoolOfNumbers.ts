import { inFormat, produce } from '../../src/ops/operands.ts';
import { type Pool2DOptions, poolGeometry, poolPixels } from '../../src/ops/pool2d.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** maxPool2d by the kernel that passes over NaN, of float32 images. */
export function maxPool2dOfNumbers(x: Tensor, options: Pool2DOptions): Tensor {
  const { outputShape, sizes } = poolGeometry(x, options);
  return scope(() => {
    const source = inFormat(x, 'channelsLast');
    return produce(undefined, outputShape, 'float32', 'channelsLast', y => {
      poolPixels(x.storage.runtime, 'max', { ...sizes, x: source.address, y: y.address, dx: 0 });
    });
  });
}
