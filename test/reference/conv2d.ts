import { add, at, filled, type Pair, type Quad, type Values } from '../helpers/values.ts';

export type Padding = number | Pair | Quad | 'same' | 'valid';

export interface ConvOptions {
  readonly stride?: number | Pair;
  readonly padding?: Padding;
  readonly dilation?: number | Pair;
  readonly groups?: number;
}

export const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

/**
 * Padding as [top, left, bottom, right]. 'same' makes the output ceil(input / stride) long; where the rows or columns to add
 * are odd in number, the extra one is at the bottom or right.
 */
export function explicitPadding(padding: Padding, input: Pair, kernel: Pair, stride: Pair, dilation: Pair): Quad {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  if (padding !== 'same') {
    if (padding.length === 4) return padding;
    const [h, w] = padding;
    return [h, w, h, w];
  }
  const total = ([0, 1] as const).map(axis => {
    const output = Math.ceil(input[axis] / stride[axis]);
    return Math.max(0, (output - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 - input[axis]);
  }) as [number, number];
  const [top, left] = [Math.floor(total[0] / 2), Math.floor(total[1] / 2)];
  return [top, left, total[0] - top, total[1] - left];
}

/** floor((input + padding - (dilation * (kernel - 1) + 1)) / stride) + 1. */
export const outputLength = (
  input: number,
  padding: number,
  kernel: number,
  stride: number,
  dilation: number,
): number => Math.floor((input + padding - (dilation * (kernel - 1) + 1)) / stride) + 1;

interface Taps {
  readonly outputShape: Quad;
  /** Visits every product x[xi] * w[wi] that convolution adds to y[yi]. */
  each(visit: (xi: number, wi: number, yi: number) => void): void;
}

/**
 * The definition of convolution, on which the forward pass and both gradients stand:
 *
 *   y[n, o, p, q] = sum over i, r, s of x[n, g * I + i, p * sh - top + r * dh, q * sw - left + s * dw] * w[o, i, r, s]
 *
 * where g = floor(o / (O / groups)) is the group of output channel o, I the input channels of a group, and x is zero outside
 * the image.
 */
export function taps(inputShape: readonly number[], filterShape: readonly number[], options: ConvOptions): Taps {
  const [N, C, H, W] = inputShape as unknown as Quad;
  const [O, I, KH, KW] = filterShape as unknown as Quad;
  const groups = options.groups ?? 1;
  const [sh, sw] = pair(options.stride ?? 1);
  const [dh, dw] = pair(options.dilation ?? 1);
  const [top, left, bottom, right] = explicitPadding(options.padding ?? 0, [H, W], [KH, KW], [sh, sw], [dh, dw]);
  const P = outputLength(H, top + bottom, KH, sh, dh);
  const Q = outputLength(W, left + right, KW, sw, dw);
  return {
    outputShape: [N, O, P, Q],
    each: visit => {
      for (let n = 0; n < N; n++) {
        for (let o = 0; o < O; o++) {
          const g = Math.floor(o / (O / groups));
          for (let p = 0; p < P; p++) {
            for (let q = 0; q < Q; q++) {
              const yi = ((n * O + o) * P + p) * Q + q;
              for (let i = 0; i < I; i++) {
                for (let r = 0; r < KH; r++) {
                  const h = p * sh - top + r * dh;
                  if (h < 0 || h >= H) continue;
                  for (let s = 0; s < KW; s++) {
                    const w = q * sw - left + s * dw;
                    if (w < 0 || w >= W) continue;
                    visit(((n * C + g * I + i) * H + h) * W + w, ((o * I + i) * KH + r) * KW + s, yi);
                  }
                }
              }
            }
          }
        }
      }
    },
  };
}

/** y = convolution of x with w, plus b of its channel. */
export function conv2d(x: Values, w: Values, b: Values | null, options: ConvOptions): Values {
  const { outputShape, each } = taps(x.shape, w.shape, options);
  const [, O, P, Q] = outputShape;
  const y = filled(outputShape, index => (b === null ? 0 : at(b.data, Math.floor(index / (P * Q)) % O)));
  each((xi, wi, yi) => add(y.data, yi, at(x.data, xi) * at(w.data, wi)));
  return y;
}

/** dx[xi] = sum of w[wi] * dy[yi] over the products that hold x[xi]. */
export function conv2dInputGrad(dy: Values, w: Values, inputShape: readonly number[], options: ConvOptions): Values {
  const dx = filled(inputShape, 0);
  taps(inputShape, w.shape, options).each((xi, wi, yi) => add(dx.data, xi, at(w.data, wi) * at(dy.data, yi)));
  return dx;
}

/** dw[wi] = sum of x[xi] * dy[yi] over the products that hold w[wi]. */
export function conv2dFilterGrad(x: Values, dy: Values, filterShape: readonly number[], options: ConvOptions): Values {
  const dw = filled(filterShape, 0);
  taps(x.shape, filterShape, options).each((xi, wi, yi) => add(dw.data, wi, at(x.data, xi) * at(dy.data, yi)));
  return dw;
}

/** db[o] = sum of dy[n, o, p, q] over n, p and q. */
export function conv2dBiasGrad(dy: Values): Values {
  const [, O, P, Q] = dy.shape as unknown as Quad;
  const db = filled([O], 0);
  dy.data.forEach((value, index) => {
    add(db.data, Math.floor(index / (P * Q)) % O, value);
  });
  return db;
}
