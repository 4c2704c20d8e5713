import type { Tensor } from '../tensor/tensor.ts';
import { Conv2D, type Conv2DLayerOptions } from './conv2d.ts';
import { fanInUniform } from './initializers.ts';
import { checkCount } from './parameters.ts';

export interface DepthwiseConv2DOptions extends Omit<Conv2DLayerOptions, 'inChannels' | 'outChannels' | 'groups'> {
  channels: number;
  /** Output channels for each input channel. Default 1. */
  multiplier?: number;
}

/**
 * Depthwise convolution: a Conv2D with a group for each channel. Output channel c * multiplier + m comes from input channel c alone.
 * W is [channels * multiplier, 1, kernel height, kernel width]. Where no `initializer` is given, W and b start from
 * U(-a, a), a = 1 / sqrt(kernel height * kernel width), as PyTorch's.
 */
export class DepthwiseConv2D extends Conv2D {
  readonly multiplier: number;

  /** @throws ArgumentError, NotInitializedError, OutOfMemoryError, ThreadError */
  constructor(options: DepthwiseConv2DOptions) {
    const { channels, multiplier = 1, ...rest } = options;
    checkCount('channels', channels);
    checkCount('multiplier', multiplier);
    const initializer = options.initializer ?? fanInUniform();
    super({ ...rest, initializer, inChannels: channels, outChannels: channels * multiplier, groups: channels });
    this.multiplier = multiplier;
    const b: Tensor | null = this.bias;
    if (b && options.initializer === undefined) {
      const fan = this.kernelSize[0] * this.kernelSize[1];
      b.set(initializer(b.size, { in: fan, out: fan * multiplier }));
    }
  }
}
