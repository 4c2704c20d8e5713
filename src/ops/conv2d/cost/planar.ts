import type { Pass } from '../algorithm.ts';
import type { ConvGeometry } from '../geometry.ts';
import { PLANAR_GRADIENT_PIXELS } from '../plan.ts';
import { planarTiles } from '../planar/product.ts';
import { CALL, PACK, type Work } from './work.ts';

/**
 * The planar passes, fitted to 1,755 random convolutions of up to 0.6 GFLOP; half of them are within 10 % of their estimate.
 * The step of the sum of a tile, in which 6 channels of two vectors, 2 channels of six vectors, or one channel of 4 rows of two vectors are
 * computed side by side; its start and end.
 */
const PLANAR_STEP = { six: 6.2, duo: 7.1, one: 5.7 };
const PLANAR_TILE = 13;
/** Store of a vector whose elements are apart, or of a part of one. */
export const PLANAR_APART = 8;
/** Filter gradient: a vector of two channels times a tap; a row of them, and a step of rows, by a tile of up to 6 taps. */
const GRADIENT_STEP = 0.9;
const GRADIENT_ROW = 6;
const GRADIENT_ENTER = 70;
/** Copy of a row into one part of a plane, and of a vector; of elements where there are more than two parts. */
const PLANE_ROW = 13;
const PLANE_VECTOR = 0.7;
const PLANE_ELEMENT = 2.2;

export function planarCost(
  { depth, columns, height, width, taps, parts, phases }: Work,
  pass: Pass,
  g: ConvGeometry,
): number {
  const copy = copyCost(pass, g);
  if (pass === 'filterGrad') {
    const rows = g.batch * height;
    const sums = taps * depth;
    const steps = Math.ceil((rows * width) / PLANAR_GRADIENT_PIXELS);
    const row = GRADIENT_STEP * sums * Math.ceil(width / 4) + (GRADIENT_ROW * sums) / 6;
    return Math.ceil(columns / 2) * (rows * row + (GRADIENT_ENTER * steps * sums) / 6) + copy + 3.5 * CALL;
  }
  const across = pass === 'inputGrad' ? g.x.stride : 1;
  const vectors = g.batch * height * across * Math.ceil(width / across / 4);
  const apart = across > 1 || width < 4 ? PLANAR_APART * columns : 0;
  const { sixes, duos, ones } = planarTiles(columns, g.y.kernel, 6, true);
  const tile = (step: number) => step * taps * depth + PLANAR_TILE;
  const tiles = sixes * tile(PLANAR_STEP.six) + (duos * tile(PLANAR_STEP.duo)) / 3 + (ones * tile(PLANAR_STEP.one)) / 4;
  const order = PACK * g.y.kernel * g.x.kernel * g.inChannels * g.outChannels;
  return vectors * ((tiles * phases) / parts / 2 + apart) + order + copy + (3.2 + 0.7 * parts) * CALL;
}

/** Cycles of the copy into padded planes: of the input, split by the stride, or of the output gradient. */
function copyCost(pass: Pass, { batch, inChannels, outChannels, y, x }: ConvGeometry): number {
  const grad = pass === 'inputGrad';
  const [rows, width] = grad
    ? [batch * outChannels * (y.out + y.kernel), x.out + x.kernel]
    : [batch * inChannels * (y.out * y.stride + y.kernel), x.out * x.stride + x.kernel];
  const parts = grad ? 1 : x.stride;
  const row = (grad ? x.out : x.size) < 4 ? 2 * PLANE_ROW : PLANE_ROW;
  const narrow = pass === 'filterGrad' && x.out < 4 ? batch * outChannels * y.out * 2 * PLANE_ROW : 0;
  return rows * (parts * row + (parts > 2 ? PLANE_ELEMENT * width : (PLANE_VECTOR * width) / 4)) + narrow;
}
