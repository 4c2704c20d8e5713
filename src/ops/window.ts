import { ArgumentError, ShapeError } from '../errors.ts';
import { pair } from '../tensor/shape.ts';

/**
 * Zeros around an image: a number, [height, width], [top, left, bottom, right]; 'valid' is none; 'same' is as much as makes the
 * output ceil(input / stride), the odd one at the bottom and right.
 */
export type Padding = number | readonly [number, number] | readonly [number, number, number, number] | 'same' | 'valid';

/** A number for both, or [height, width]. */
export type Pair = number | readonly [number, number];

/** How a window moves over one dimension. */
export interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1 */
  readonly out: number;
}

/**
 * Works out both dimensions of a sliding window.
 *
 * @throws ArgumentError for a bad option; ShapeError for a kernel that is larger than its padded input
 */
export function windowAxes(
  inputSize: readonly [number, number],
  kernelSize: readonly [number, number],
  options: { stride?: Pair | undefined; padding?: Padding | undefined; dilation?: Pair | undefined },
): readonly [WindowAxis, WindowAxis] {
  const stride = pair('stride', options.stride ?? 1);
  const dilation = pair('dilation', options.dilation ?? 1);
  const padding = options.padding ?? 0;
  const sides = explicitPadding(padding);
  const axis = (i: 0 | 1): WindowAxis => {
    const size = inputSize[i];
    const kernel = kernelSize[i];
    const extent = dilation[i] * (kernel - 1) + 1;
    let before: number;
    let after: number;
    if (sides === 'same') {
      const total = Math.max((Math.ceil(size / stride[i]) - 1) * stride[i] + extent - size, 0);
      before = Math.floor(total / 2);
      after = total - before;
    } else {
      before = sides[i];
      after = sides[i + 2] as number;
    }
    const padded = size + before + after;
    if (extent > padded) {
      const side = i === 0 ? 'height' : 'width';
      throw new ShapeError(
        'kernelSize',
        kernel,
        `a kernel (with dilation ${dilation[i]}: ${extent}) not larger than the padded ${side} of ${padded}`,
      );
    }
    const out = Math.floor((padded - extent) / stride[i]) + 1;
    return { size, kernel, stride: stride[i], dilation: dilation[i], before, after, out };
  };
  return [axis(0), axis(1)];
}

/** @throws ArgumentError unless `padding` is one of the forms of `Padding`. */
export function checkPadding(padding: unknown): asserts padding is Padding {
  explicitPadding(padding);
}

function explicitPadding(padding: unknown): 'same' | readonly [number, number, number, number] {
  if (padding === 'same') return 'same';
  if (padding === 'valid' || padding === 0) return [0, 0, 0, 0];
  const list = typeof padding === 'number' ? [padding, padding] : padding;
  if (Array.isArray(list) && list.every(n => Number.isSafeInteger(n) && n >= 0)) {
    if (list.length === 2) return [list[0], list[1], list[0], list[1]];
    if (list.length === 4) return list as [number, number, number, number];
  }
  throw new ArgumentError(
    'padding',
    padding,
    "a whole number of at least 0, [height, width] or [top, left, bottom, right] of such, 'same' or 'valid'",
  );
}
