import { ArgumentError } from '../errors.ts';
import { checkSeed, hash, mix } from '../random.ts';
import { DROPOUT_PIXELS, ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { sameInBothFormats } from '../tensor/format.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from './operands.ts';

export interface DropoutOptions {
  /** The share of elements that are dropped, from 0 to below 1. */
  readonly p: number;
  /** Which numbers are drawn: a whole number. */
  readonly seed: number;
  /** Of the draws from one seed, which: a whole number of at least 0. Default 0. */
  readonly draw?: number | undefined;
}

/**
 * Inverted dropout: y = x / (1 - p) with probability 1 - p, else 0 (Srivastava et al., 2014). Which elements are dropped follows
 * from seed, draw and the place of the element in row-major order alone: the same again on every call, every engine, any number of
 * threads and in either memory format. So this is its own gradient, too: dx = dropout(dy, the same options). A dropped NaN is 0.
 * `out` may be `x`.
 *
 * @param x of any shape
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function dropout(x: Tensor, options: DropoutOptions & OutOption): Tensor {
  const dtype = checkOperands({ x });
  const { p, seed, draw = 0, out } = options;
  checkProbability(p);
  checkSeed('seed', seed);
  checkDraw('draw', draw);
  checkOut(out, x.shape, dtype, out === x ? [] : [x]);
  const { runtime } = x.storage;
  const [key0, key1] = keys(seed, draw);
  return produce(out, x.shape, dtype, x.format, y => {
    const channelsLast = x.format === 'channelsLast' && !sameInBothFormats(x.shape);
    const channels = channelsLast ? (x.shape[1] as number) : 0;
    const pixels = channelsLast ? (x.shape[2] as number) * (x.shape[3] as number) : 0;
    const blocks = channelsLast ? Math.ceil(x.size / channels / DROPOUT_PIXELS) : Math.ceil(x.size / ELEMENTWISE_BLOCK);
    const args = {
      x: x.address,
      target: y.address,
      count: x.size,
      channels,
      pixels,
      key0,
      key1,
      threshold: Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1),
      scale: 1 / (1 - p),
    };
    runtime.run('dropout', DTYPES[dtype].kernel, args, blocks);
  });
}

/** @throws ArgumentError */
export function checkProbability(p: number): number {
  if (!(typeof p === 'number' && p >= 0 && p < 1)) throw new ArgumentError('p', p, 'a number from 0 to below 1');
  return p;
}

/** @throws ArgumentError */
export function checkDraw(name: string, draw: number): number {
  if (!(Number.isSafeInteger(draw) && draw >= 0)) throw new ArgumentError(name, draw, 'a whole number of at least 0');
  return draw;
}

/** Two words that differ in about half of their bits for any two (seed, draw). */
function keys(seed: number, draw: number): readonly [number, number] {
  const word = hash(seed, draw);
  return [word, mix(word)];
}
