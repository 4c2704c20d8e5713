// Batch normalisation and dropout, in both memory formats.
import { check, close, equal } from '../check.mjs';
import { channelsLast, numbers, sizeOf } from '../data.mjs';
import { normalised, normalisedGrad, statisticsOf } from '../normalisation.mjs';

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

export const normalisation = ['float32', 'float64'].flatMap(dtype => [
  { name: `batchNorm2d and gradients, ${dtype}`, run: tools => batchNorm(tools, dtype) },
  { name: `BatchNorm2D: running statistics, eval(), ${dtype}`, run: tools => runningStatistics(tools, dtype) },
  { name: `dropout, ${dtype}`, run: tools => dropout(tools, dtype) },
]);

const SHAPE = [4, 19, 13, 15];
const [IMAGES, CHANNELS, HEIGHT, WIDTH] = SHAPE;
const COUNT = IMAGES * HEIGHT * WIDTH;

function batchNorm({ convasm: { tensor }, ops, record }, dtype) {
  const [x, dy] = [numbers(sizeOf(SHAPE), 61), numbers(sizeOf(SHAPE), 62)];
  const [weight, bias] = [numbers(CHANNELS, 63), numbers(CHANNELS, 64)];
  const eps = 0.01;
  const wanted = statisticsOf(x, SHAPE);
  const y = normalised(x, SHAPE, wanted, { weight, bias, eps });
  const grads = normalisedGrad(dy, x, SHAPE, { weight, eps });
  const near = (what, { data }, expected, factor) => {
    record(data);
    data.forEach((value, i) => {
      close(value, expected[i], factor * EPSILON[dtype], what, i);
    });
  };
  const [w, b] = [weight, bias].map(values => tensor(values, [CHANNELS], dtype));
  for (const format of [t => t, channelsLast(ops)]) {
    const [tx, tdy] = [x, dy].map(values => format(tensor(values, SHAPE, dtype)));
    const statistics = ops.batchNorm2dStatistics(tx);
    near('mean', statistics.mean, wanted.mean, 2);
    near('variance', statistics.variance, wanted.variance, 8);
    near('y', ops.batchNorm2d(tx, statistics, w, b, { eps }), y, 80);
    const result = ops.batchNorm2dGrad(tdy, tx, statistics, w, { eps });
    near('dWeight', result.weightGrad, grads.weightGrad, 60 * Math.sqrt(COUNT));
    near('dBias', result.biasGrad, grads.biasGrad, 60 * Math.sqrt(COUNT));
    near('dx', result.dx, grads.dx, 300);
  }
}

function runningStatistics({ convasm: { BatchNorm2D, tensor }, record }, dtype) {
  const layer = new BatchNorm2D({ channels: CHANNELS, momentum: 0.25, dtype });
  const running = { mean: new Float64Array(CHANNELS), variance: new Float64Array(CHANNELS).fill(1) };
  for (const seed of [65, 66]) {
    const x = numbers(sizeOf(SHAPE), seed);
    layer.forward(tensor(x, SHAPE, dtype));
    const { mean, variance } = statisticsOf(x, SHAPE);
    for (let c = 0; c < CHANNELS; c++) {
      running.mean[c] += 0.25 * (mean[c] - running.mean[c]);
      // The unbiased one.
      running.variance[c] += 0.25 * ((variance[c] * COUNT) / (COUNT - 1) - running.variance[c]);
    }
  }
  const { runningMean, runningVar } = layer.buffers;
  for (const { data } of [runningMean, runningVar]) record(data);
  for (let c = 0; c < CHANNELS; c++) {
    close(runningMean.data[c], running.mean[c], 8 * EPSILON[dtype], 'running mean', c);
    close(runningVar.data[c], running.variance[c], 8 * EPSILON[dtype], 'running variance', c);
  }
  const x = numbers(sizeOf(SHAPE), 67);
  const y = layer.eval().forward(tensor(x, SHAPE, dtype)).data;
  record(y);
  normalised(x, SHAPE, running, { eps: 1e-5 }).forEach((value, i) => {
    close(y[i], value, 32 * EPSILON[dtype], 'y in eval()', i);
  });
  layer.dispose();
}

function dropout({ convasm: { Dropout, tensor }, ops, record }, dtype) {
  // No zeros, so that those in the result have been dropped.
  const x = numbers(sizeOf(SHAPE), 68).map(value => value + 2);
  const tx = tensor(x, SHAPE, dtype);
  const y = ops.dropout(tx, { p: 0.25, seed: 5, draw: 2 }).data.slice();
  record(y);
  const dropped = y.filter(value => value === 0).length;
  // Six standard deviations.
  close(dropped, x.length / 4, 6 * Math.sqrt((x.length * 3) / 16), 'elements dropped');
  y.forEach((value, i) => {
    if (value !== 0) close(value, x[i] / 0.75, 8 * EPSILON[dtype], 'an element that is kept', i);
  });
  const other = ops.dropout(channelsLast(ops)(tx), { p: 0.25, seed: 5, draw: 2 });
  equal(other.data, y, 'dropout of channels-last memory');
  const layer = new Dropout({ p: 0.25, seed: 5 });
  layer.state = { seed: 5, draws: 2 };
  equal(layer.forward(tx).data, y, 'the layer from the same state');
  const dx = layer.backward(tx).data.slice();
  equal(dx, y, 'the gradient');
  check(
    layer.forward(tx).data.some((value, i) => value !== y[i]),
    'the next draw drops the same elements',
  );
  check(layer.eval().forward(tx) === tx, 'eval() does not hand x on');
}
