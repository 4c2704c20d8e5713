// Batch normalisation by definition, in float64, of [images, channels, height, width].

/** fn(index of an element, its channel), for all. */
function eachElement([images, channels, height, width], fn) {
  const pixels = height * width;
  for (let i = 0; i < images * channels * pixels; i++) fn(i, Math.floor(i / pixels) % channels);
}

/** The sum of value(index) over the elements of each channel. */
function channelSums(shape, value) {
  const sums = new Float64Array(shape[1]);
  eachElement(shape, (i, c) => {
    sums[c] += value(i, c);
  });
  return sums;
}

/** Mean and biased variance of each channel. */
export function statisticsOf(x, shape) {
  const count = x.length / shape[1];
  const mean = channelSums(shape, i => x[i]).map(sum => sum / count);
  const variance = channelSums(shape, (i, c) => (x[i] - mean[c]) ** 2).map(sum => sum / count);
  return { mean, variance };
}

/** (x - mean) / sqrt(variance + eps) * weight + bias */
export function normalised(x, shape, { mean, variance }, { weight, bias, eps }) {
  const y = new Float64Array(x.length);
  eachElement(shape, (i, c) => {
    y[i] = ((x[i] - mean[c]) / Math.sqrt(variance[c] + eps)) * (weight?.[c] ?? 1) + (bias?.[c] ?? 0);
  });
  return y;
}

/** Through the statistics, which depend on x. */
export function normalisedGrad(dy, x, shape, { weight, eps }) {
  const count = x.length / shape[1];
  const { mean, variance } = statisticsOf(x, shape);
  const r = variance.map(value => 1 / Math.sqrt(value + eps));
  const normal = (i, c) => (x[i] - mean[c]) * r[c];
  const biasGrad = channelSums(shape, i => dy[i]);
  const weightGrad = channelSums(shape, (i, c) => dy[i] * normal(i, c));
  const dx = new Float64Array(x.length);
  eachElement(shape, (i, c) => {
    dx[i] = weight[c] * r[c] * (dy[i] - (biasGrad[c] + normal(i, c) * weightGrad[c]) / count);
  });
  return { dx, weightGrad, biasGrad };
}
