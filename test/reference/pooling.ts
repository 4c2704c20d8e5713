import { add, at, filled, type Pair, type Quad, type Values } from '../helpers/values.ts';
import { explicitPadding, outputLength, type Padding, pair } from './conv2d.ts';

export interface PoolOptions {
  readonly kernelSize: number | Pair;
  /** kernelSize, unless given. */
  readonly stride?: number | Pair;
  readonly padding?: Padding;
}

interface Windows {
  readonly outputShape: Quad;
  /** Visits every output element with the indices of its window's pixels, those in the image only, in row-major order. */
  each(visit: (yi: number, window: number[]) => void): void;
}

/** The windows of a pool: rows p * sh - top ... + kh - 1 and columns q * sw - left ... + kw - 1 of each channel's image. */
export function windows(inputShape: readonly number[], options: PoolOptions): Windows {
  const [N, C, H, W] = inputShape as unknown as Quad;
  const kernel = pair(options.kernelSize);
  const stride = pair(options.stride ?? kernel);
  const [top, left, bottom, right] = explicitPadding(options.padding ?? 0, [H, W], kernel, stride, [1, 1]);
  const P = outputLength(H, top + bottom, kernel[0], stride[0], 1);
  const Q = outputLength(W, left + right, kernel[1], stride[1], 1);
  return {
    outputShape: [N, C, P, Q],
    each: visit => {
      let yi = 0;
      for (let image = 0; image < N * C; image++) {
        for (let p = 0; p < P; p++) {
          for (let q = 0; q < Q; q++) {
            const window: number[] = [];
            for (let h = p * stride[0] - top; h < p * stride[0] - top + kernel[0]; h++)
              for (let w = q * stride[1] - left; w < q * stride[1] - left + kernel[1]; w++)
                if (h >= 0 && h < H && w >= 0 && w < W) window.push((image * H + h) * W + w);
            visit(yi++, window);
          }
        }
      }
    },
  };
}

/** y = the largest element of the window; padding never wins, NaN always does. */
export function maxPool2d(x: Values, options: PoolOptions): Values {
  const { outputShape, each } = windows(x.shape, options);
  const y = filled(outputShape, 0);
  each((yi, window) => {
    y.data[yi] = Math.max(...window.map(xi => at(x.data, xi)));
  });
  return y;
}

/** dy goes to the first of the window's largest elements. */
export function maxPool2dGrad(dy: Values, x: Values, options: PoolOptions): Values {
  const dx = filled(x.shape, 0);
  windows(x.shape, options).each((yi, window) => {
    const most = Math.max(...window.map(xi => at(x.data, xi)));
    // Math.max is NaN if one of them is, and Object.is finds it.
    const winner = window.find(xi => at(x.data, xi) === most || Object.is(at(x.data, xi), most)) as number;
    add(dx.data, winner, at(dy.data, yi));
  });
  return dx;
}

export interface AvgPoolOptions extends PoolOptions {
  readonly countIncludePad?: boolean;
}

const divisor = (window: number[], options: AvgPoolOptions): number => {
  const [kh, kw] = pair(options.kernelSize);
  return (options.countIncludePad ?? true) ? kh * kw : window.length;
};

/** y = sum of the window / (its size, or the number of its pixels in the image). */
export function avgPool2d(x: Values, options: AvgPoolOptions): Values {
  const { outputShape, each } = windows(x.shape, options);
  const y = filled(outputShape, 0);
  each((yi, window) => {
    for (const xi of window) add(y.data, yi, at(x.data, xi));
    y.data[yi] = at(y.data, yi) / divisor(window, options);
  });
  return y;
}

/** Each pixel of the window gets dy / the same divisor. */
export function avgPool2dGrad(dy: Values, inputShape: readonly number[], options: AvgPoolOptions): Values {
  const dx = filled(inputShape, 0);
  windows(inputShape, options).each((yi, window) => {
    for (const xi of window) add(dx.data, xi, at(dy.data, yi) / divisor(window, options));
  });
  return dx;
}
