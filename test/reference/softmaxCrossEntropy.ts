import { at, filled, map, type Pair, type Values } from '../helpers/values.ts';

/** p[n, c] = exp(z[n, c]) / sum over k of exp(z[n, k]), shifted by the row's largest so that nothing overflows. */
export function softmax(logits: Values): Values {
  const [batch, classes] = logits.shape as unknown as Pair;
  const result = filled(logits.shape, 0);
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const most = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - most), 0);
    row.forEach((z, c) => {
      result.data[n * classes + c] = Math.exp(z - most) / total;
    });
  }
  return result;
}

/** dx[n, c] = y[n, c] * (dy[n, c] - sum over k of y[n, k] dy[n, k]). */
export function softmaxGrad(dy: Values, y: Values): Values {
  const [, classes] = y.shape as unknown as Pair;
  return map(y, (p, i) => {
    const start = i - (i % classes);
    let mean = 0;
    for (let k = start; k < start + classes; k++) mean += at(y.data, k) * at(dy.data, k);
    return p * (at(dy.data, i) - mean);
  });
}

/**
 * The mean over n of the sum over c of -log p[n, c] * t[n, c], where t is 1 - smoothing at the label and smoothing / classes
 * more everywhere.
 */
export function softmaxCrossEntropy(logits: Values, labels: ArrayLike<number>, smoothing = 0): number {
  const [batch, classes] = logits.shape as unknown as Pair;
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const most = Math.max(...row);
    const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0)) + most;
    row.forEach((z, c) => {
      const weight = target(c, at(labels, n), classes, smoothing);
      if (weight > 0) loss += weight * (total - z);
    });
  }
  return loss / batch;
}

/** dz[n, c] = p[n, c] - t[n, c]: the gradient of each sample's own loss, not divided by the batch. */
export function softmaxCrossEntropyGrad(probabilities: Values, labels: ArrayLike<number>, smoothing = 0): Values {
  const [, classes] = probabilities.shape as unknown as Pair;
  return map(probabilities, (p, i) => p - target(i % classes, at(labels, Math.floor(i / classes)), classes, smoothing));
}

const target = (c: number, label: number, classes: number, smoothing: number): number =>
  smoothing / classes + (c === label ? 1 - smoothing : 0);
