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

/** The mean over n of -log p[n, label[n]]. */
export function softmaxCrossEntropy(logits: Values, labels: ArrayLike<number>): number {
  const [batch, classes] = logits.shape as unknown as Pair;
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const most = Math.max(...row);
    loss += Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0)) + most - at(row, at(labels, n));
  }
  return loss / batch;
}

/** dz[n, c] = p[n, c] - (c == label[n] ? 1 : 0): the gradient of each sample's own loss, not divided by the batch. */
export function softmaxCrossEntropyGrad(probabilities: Values, labels: ArrayLike<number>): Values {
  const [, classes] = probabilities.shape as unknown as Pair;
  return map(probabilities, (p, i) => p - (i % classes === at(labels, Math.floor(i / classes)) ? 1 : 0));
}
