import { generator } from './random.ts';
import { type ConvShape, outSize } from './shapes.ts';

/** The operands of a convolution and its gradients on the host, in NCHW order. */
export interface HostOperands {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly dy: Float32Array;
}

/** One element of a result in float64, by the definition. */
export type ElementOf = (host: HostOperands, s: ConvShape, index: number) => number;

/** A kernel's result is wrong. */
export class WrongResultError extends Error {
  override readonly name = 'WrongResultError';
}

/** Positions that are compared, the first and the last among them. */
const POSITIONS = 64;
/** Of the largest of the exact values: float32 sums of some 10,000 products, or Winograd's, stay well below. */
const TOLERANCE = 2e-5;

/**
 * Compares a result with float64 at some positions. The tests do this thoroughly; this is to be sure that what is timed is the
 * right computation.
 *
 * @throws WrongResultError
 */
export function checkResult(
  name: string,
  result: ArrayLike<number>,
  elementOf: ElementOf,
  host: HostOperands,
  s: ConvShape,
): void {
  const next = generator(result.length);
  const indices = [0, result.length - 1];
  while (indices.length < POSITIONS) indices.push(Math.floor(next() * result.length));
  const exact = indices.map(index => elementOf(host, s, index));
  const allowed = TOLERANCE * exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  indices.forEach((index, i) => {
    const [got, want] = [result[index] as number, exact[i] as number];
    // Written so that NaN fails.
    if (!(Math.abs(got - want) <= allowed)) {
      throw new WrongResultError(`${name}: element ${index} is ${got}, in float64 it is ${want}`);
    }
  });
}

/** y[n][o][i][j] */
export const forwardElement: ElementOf = ({ x, w }, s, index) => {
  const [n, o, i, j] = position(index, s.outChannels, outSize(s), outSize(s));
  const groupIn = s.inChannels / s.groups;
  const firstChannel = Math.floor(o / (s.outChannels / s.groups)) * groupIn;
  let sum = 0;
  for (let c = 0; c < groupIn; c++) {
    for (let p = 0; p < s.kernel; p++) {
      for (let q = 0; q < s.kernel; q++) {
        const image = n * s.inChannels + firstChannel + c;
        const filter = ((o * groupIn + c) * s.kernel + p) * s.kernel + q;
        sum += pixel(x, image, s.size, i * s.stride + p - s.padding, j * s.stride + q - s.padding) * at(w, filter);
      }
    }
  }
  return sum;
};

/** dx[n][c][h][v] */
export const inputGradElement: ElementOf = ({ w, dy }, s, index) => {
  const [n, channel, h, v] = position(index, s.inChannels, s.size, s.size);
  const groupIn = s.inChannels / s.groups;
  const groupOut = s.outChannels / s.groups;
  const firstOut = Math.floor(channel / groupIn) * groupOut;
  let sum = 0;
  for (let o = firstOut; o < firstOut + groupOut; o++) {
    for (let p = 0; p < s.kernel; p++) {
      for (let q = 0; q < s.kernel; q++) {
        const row = (h + s.padding - p) / s.stride;
        const column = (v + s.padding - q) / s.stride;
        const filter = ((o * groupIn + (channel % groupIn)) * s.kernel + p) * s.kernel + q;
        if (!Number.isInteger(row) || !Number.isInteger(column)) continue;
        sum += pixel(dy, n * s.outChannels + o, outSize(s), row, column) * at(w, filter);
      }
    }
  }
  return sum;
};

/** dw[o][c][p][q] */
export const filterGradElement: ElementOf = ({ x, dy }, s, index) => {
  const groupIn = s.inChannels / s.groups;
  const [o, c, p, q] = position(index, groupIn, s.kernel, s.kernel);
  const channel = Math.floor(o / (s.outChannels / s.groups)) * groupIn + c;
  const out = outSize(s);
  let sum = 0;
  for (let n = 0; n < s.batch; n++) {
    for (let i = 0; i < out; i++) {
      for (let j = 0; j < out; j++) {
        const [row, column] = [i * s.stride + p - s.padding, j * s.stride + q - s.padding];
        sum += pixel(x, n * s.inChannels + channel, s.size, row, column) * pixel(dy, n * s.outChannels + o, out, i, j);
      }
    }
  }
  return sum;
};

/** Where element `index` of [any, b, c, d] stands. */
function position(index: number, b: number, c: number, d: number): [number, number, number, number] {
  return [Math.floor(index / (b * c * d)), Math.floor(index / (c * d)) % b, Math.floor(index / d) % c, index % d];
}

/** A pixel of the `plane`th square image; zero outside. */
function pixel(values: Float32Array, plane: number, size: number, row: number, column: number): number {
  const inside = row >= 0 && row < size && column >= 0 && column < size;
  return inside ? at(values, (plane * size + row) * size + column) : 0;
}

function at(values: Float32Array, index: number): number {
  return values[index] as number;
}
