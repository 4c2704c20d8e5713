import type { Pass } from '../algorithm.ts';
import { type ConvGeometry, is3x3 } from '../geometry.ts';
import { PLANAR_APART } from './planar.ts';
import { CALL, type Work } from './work.ts';

/** Depthwise by 3x3 kernels: a vector of results, and a plane. */
const DEPTHWISE_VECTOR = { forward: 5.6, inputGrad: 5.6, filterGrad: 7.2 };
const DEPTHWISE_PLANE = 90;
/** By any taps: a vector times a tap; 4 rows of two vectors, start and end; a row of the plane's frame. */
const DEPTHWISE_TAP = 1.1;
const DEPTHWISE_TILE = 35;
const DEPTHWISE_ROW = 12;
/** Its filter gradient by any taps: a vector times a tap, and a tap of a plane. */
const DEPTHWISE_GRADIENT_STEP = 1;
const DEPTHWISE_GRADIENT_TAP = 10;
/** Channels-last: a tap of 4 pixels by 8 channels, start and end; a tap of a pixel with less than 8 channels. */
const DIAGONAL_STEP = 6;
const DIAGONAL_TILE = 40;
const DIAGONAL_TAIL = 16;

export function depthwisePlanarCost(work: Work, pass: Pass, g: ConvGeometry): number {
  const { height, width, taps, parts } = work;
  const planes = g.batch * g.inChannels;
  const apart = pass !== 'inputGrad' && g.x.stride > 2 ? 3 * g.y.out * g.y.stride * g.x.out * g.x.stride : 0;
  // But for input gradients with padding over 2, which have none.
  if (width >= 4 && height >= 4 && (is3x3(g, 1) || is3x3(g, 2))) {
    const vectors = height * Math.ceil(width / 4);
    return planes * (DEPTHWISE_PLANE + DEPTHWISE_VECTOR[pass] * vectors) + 2 * CALL;
  }
  // Without a kernel of its own the filter gradient of narrow planes is the direct one.
  if (pass === 'filterGrad') {
    if (width < 4) return diagonalCost(work, pass, g);
    const sums = taps * (DEPTHWISE_GRADIENT_STEP * height * Math.ceil(width / 4) + DEPTHWISE_GRADIENT_TAP);
    return planes * (DEPTHWISE_PLANE + sums + apart) + 2 * CALL;
  }
  const across = Math.ceil(width / Math.sqrt(parts) / 8);
  const down = Math.ceil(height / Math.sqrt(parts) / 4);
  const tiles = parts * across * down * (8 * DEPTHWISE_TAP * taps + DEPTHWISE_TILE);
  const frame = DEPTHWISE_ROW * (g.y.out * g.y.stride + g.y.kernel);
  const stores = parts > 1 ? (PLANAR_APART * height * width) / 4 : 0;
  return planes * (DEPTHWISE_PLANE + tiles + stores + frame + apart) + 2 * CALL;
}

export function diagonalCost({ height, width, taps, parts }: Work, pass: Pass, g: ConvGeometry): number {
  const panels = Math.floor(g.inChannels / 8);
  const tail = g.inChannels % 8 > 0 ? 1 : 0;
  const pixels = g.batch * height * width;
  if (pass === 'filterGrad') {
    const step = panels * Math.ceil(taps / 4) * DIAGONAL_STEP + tail * taps * DIAGONAL_TAIL;
    return pixels * step + 6 * CALL;
  }
  const whole = (panels * pixels * (DIAGONAL_STEP * taps + DIAGONAL_TILE)) / 4;
  return whole + tail * pixels * (DIAGONAL_TAIL * taps + DIAGONAL_TILE / 4) + (5 + parts) * CALL;
}
