import { ShapeError } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';

/** A tensor, or what `predict` gives. */
export interface Scores {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/**
 * The class of the largest value in each row, the first of equal ones; NaN is never the largest.
 *
 * @param scores [samples, classes], logits or probabilities
 * @returns class ids, [samples]
 * @throws ShapeError
 */
export function mostLikely(scores: Scores): Int32Array {
  const { shape, data } = scores;
  const [samples, classes] = shape;
  if (shape.length !== 2 || !samples || !classes) throw new ShapeError('scores', shape, 'a shape [samples, classes]');
  const ids = new Int32Array(samples);
  for (let n = 0; n < samples; n++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) {
      const value = data[n * classes + c] as number;
      if (!(value > most)) continue;
      most = value;
      ids[n] = c;
    }
  }
  return ids;
}
