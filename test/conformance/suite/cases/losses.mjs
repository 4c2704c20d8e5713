// Losses of elements, and label smoothing, with their gradients.
import { close } from '../check.mjs';
import { numbers } from '../data.mjs';

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** -ln sigmoid(x). */
const cost = x => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = x => 1 / (1 + Math.exp(-x));

/** Loss of one element, and its derivative in the prediction. */
const ELEMENTS = [
  { name: 'mse', value: (p, t) => (p - t) ** 2, slope: (p, t) => 2 * (p - t) },
  {
    name: 'bceWithLogits',
    value: (p, t) => t * cost(p) + (1 - t) * cost(-p),
    slope: (p, t) => (1 - t) * sigmoid(p) - t * sigmoid(-p),
  },
];

export const losses = ['float32', 'float64'].flatMap(dtype => [
  ...ELEMENTS.map(loss => ({
    name: `${loss.name} and gradient, ${dtype}`,
    run: tools => elements(loss, dtype, tools),
  })),
  { name: `softmaxCrossEntropy with label smoothing, ${dtype}`, run: tools => smoothing(tools, dtype) },
]);

function elements({ name, value, slope }, dtype, { convasm: { tensor }, ops, record }) {
  const [batch, perSample] = [3, 6_677];
  const shape = [batch, perSample];
  const p = numbers(batch * perSample, 81).map(n => 8 * n);
  const t = numbers(p.length, 82).map(n => (n + 1) / 2);
  t.fill(0, 0, 100).fill(1, 100, 200);
  const [prediction, target] = [tensor(p, shape, dtype), tensor(t, shape, dtype)];
  const loss = ops[name](prediction, target);
  const gradient = ops[`${name}Grad`](prediction, target).data;
  record(Float64Array.of(loss));
  record(gradient);
  const wanted = p.reduce((sum, prediction, i) => sum + value(prediction, t[i]), 0) / p.length;
  // In float64 the sum beside it rounds 20,000 times.
  close(loss, wanted, (dtype === 'float32' ? 16 : 1000) * EPSILON[dtype] * wanted, 'loss');
  gradient.forEach((got, i) => {
    close(got, slope(p[i], t[i]) / perSample, (64 * EPSILON[dtype]) / perSample, 'gradient', i);
  });
}

function smoothing({ convasm: { tensor }, ops, record }, dtype) {
  const [rows, classes, labelSmoothing] = [70, 10, 0.125];
  const logits = numbers(rows * classes, 83).map(value => 8 * value);
  const labels = Int32Array.from({ length: rows }, (_, n) => (3 * n) % classes);
  const result = ops.softmaxCrossEntropy(tensor(logits, [rows, classes], dtype), labels, { labelSmoothing });
  const gradient = ops.softmaxCrossEntropyGrad(result.probabilities, labels, { labelSmoothing });
  record(Float64Array.of(result.loss));
  for (const { data } of [result.probabilities, gradient]) record(data);
  const data = gradient.data;
  let loss = 0;
  for (let n = 0; n < rows; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    for (let j = 0; j < classes; j++) {
      const weight = labelSmoothing / classes + (j === labels[n] ? 1 - labelSmoothing : 0);
      loss += (weight * (Math.log(sum) - row[j])) / rows;
      const at = n * classes + j;
      close(data[at], Math.exp(row[j]) / sum - weight, 16 * EPSILON[dtype], 'gradient', at);
    }
  }
  close(result.loss, loss, 64 * EPSILON[dtype] * loss, 'loss');
}
