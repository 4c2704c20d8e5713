// The operations beside convolutions: pools, relu, linear, loss, optimizer steps.
import { check, close, equal } from '../check.mjs';
import { numbers, sizeOf } from '../data.mjs';

const EPSILON = 2 ** -23;

export const operations = [
  { name: 'maxPool2d and gradient, float32', run: tools => maxPool(tools, 'float32') },
  { name: 'maxPool2d and gradient, float64', run: tools => maxPool(tools, 'float64') },
  { name: 'avgPool2d and gradient', run: averagePool },
  { name: 'maxPool2d, relu: NaN stays NaN', run: notANumber },
  { name: 'relu and gradient', run: relu },
  { name: 'linear and gradients', run: linear },
  { name: 'softmaxCrossEntropy and gradient', run: softmax },
  { name: 'sgdStep with momentum, addScaled', run: sgd },
];

const POOL = { images: 3, channels: 37, height: 30, width: 31, kernel: 3, stride: 2, padding: 1 };

/** Visits the windows of a pool: the index of its result, and the indices of the pixels in it. */
function windows({ images, channels, height, width, kernel, stride, padding }, visit) {
  const [P, Q] = [height, width].map(size => Math.floor((size + 2 * padding - kernel) / stride) + 1);
  for (let plane = 0; plane < images * channels; plane++) {
    for (let p = 0; p < P; p++) {
      for (let q = 0; q < Q; q++) {
        const pixels = [];
        for (let h = p * stride - padding; h < p * stride - padding + kernel; h++) {
          for (let v = q * stride - padding; v < q * stride - padding + kernel; v++) {
            if (h >= 0 && h < height && v >= 0 && v < width) pixels.push((plane * height + h) * width + v);
          }
        }
        visit((plane * P + p) * Q + q, pixels);
      }
    }
  }
  return [images, channels, P, Q];
}

function maxPool({ convasm: { tensor }, ops, record }, dtype) {
  const { images, channels, height, width, kernel, stride, padding } = POOL;
  const shape = [images, channels, height, width];
  const x = numbers(sizeOf(shape), 11);
  const maxima = [];
  const places = [];
  const outputShape = windows(POOL, (index, pixels) => {
    // The first of the largest.
    places[index] = pixels.reduce((best, pixel) => (x[pixel] > x[best] ? pixel : best));
    maxima[index] = x[places[index]];
  });
  // Whole numbers, so that their sums are exact.
  const dy = numbers(sizeOf(outputShape), 12).map(value => value * 2 ** 15);
  const gradient = new Float64Array(x.length);
  places.forEach((place, i) => {
    gradient[place] += dy[i];
  });

  const options = { kernelSize: kernel, stride, padding };
  const input = tensor(x, shape, dtype);
  const y = ops.maxPool2d(input, options);
  const dx = ops.maxPool2dGrad(tensor(dy, outputShape, dtype), input, options);
  record(y.data);
  record(dx.data);
  equal(y.data, maxima, 'y');
  equal(dx.data, gradient, 'dx');
}

function averagePool({ convasm: { tensor }, ops, record }) {
  const { images, channels, height, width, kernel, stride, padding } = POOL;
  const shape = [images, channels, height, width];
  const x = numbers(sizeOf(shape), 13);
  for (const countIncludePad of [true, false]) {
    const means = [];
    const gradient = new Float64Array(x.length);
    const counts = [];
    const outputShape = windows(POOL, (index, pixels) => {
      counts[index] = countIncludePad ? kernel * kernel : pixels.length;
      means[index] = pixels.reduce((sum, pixel) => sum + x[pixel], 0) / counts[index];
    });
    const dy = numbers(sizeOf(outputShape), 14);
    windows(POOL, (index, pixels) => {
      for (const pixel of pixels) gradient[pixel] += dy[index] / counts[index];
    });

    const options = { kernelSize: kernel, stride, padding, countIncludePad };
    const y = ops.avgPool2d(tensor(x, shape), options);
    const dx = ops.avgPool2dGrad(tensor(dy, outputShape), shape, options);
    record(y.data);
    record(dx.data);
    y.data.forEach((value, i) => {
      close(value, means[i], 8 * EPSILON, `y (countIncludePad ${countIncludePad})`, i);
    });
    dx.data.forEach((value, i) => {
      close(value, gradient[i], 8 * EPSILON, `dx (countIncludePad ${countIncludePad})`, i);
    });
  }
}

/** Values alone: the sign and payload of a NaN are the engine's to choose. */
function notANumber({ convasm: { tensor }, ops }) {
  const x = tensor([Number.NaN, 1, -2, 3, 4, -5, 6, -Infinity], [1, 2, 2, 2]);
  equal(ops.maxPool2d(x, { kernelSize: 2 }).data, [Number.NaN, 6], 'maxPool2d');
  equal(ops.relu(x).data, [Number.NaN, 1, 0, 3, 4, 0, 6, 0], 'relu');
  const ones = tensor(new Float32Array(8).fill(1), [1, 2, 2, 2]);
  equal(ops.reluGrad(ones, x).data, [0, 1, 0, 1, 1, 0, 1, 0], 'reluGrad');
}

function relu({ convasm: { tensor }, ops, record }) {
  // Several blocks, and a rest that fills no vector.
  const shape = [5, 19, 33, 35];
  const x = numbers(sizeOf(shape), 15);
  const dy = numbers(sizeOf(shape), 16);
  for (const dtype of ['float32', 'float64']) {
    const input = tensor(x, shape, dtype);
    const y = ops.relu(input);
    const dx = ops.reluGrad(tensor(dy, shape, dtype), input);
    record(y.data);
    record(dx.data);
    equal(
      y.data,
      x.map(value => Math.max(value, 0)),
      `relu, ${dtype}`,
    );
    equal(
      dx.data,
      dy.map((value, i) => (x[i] > 0 ? value : 0)),
      `reluGrad, ${dtype}`,
    );
  }
}

function linear({ convasm: { tensor }, ops, record }) {
  const [batch, inputs, outputs] = [33, 70, 21];
  const x = numbers(batch * inputs, 17);
  const w = numbers(outputs * inputs, 18);
  const b = numbers(outputs, 19);
  const dy = numbers(batch * outputs, 20);
  const [tx, tw, tb, tdy] = [
    tensor(x, [batch, inputs]),
    tensor(w, [outputs, inputs]),
    tensor(b, [outputs]),
    tensor(dy, [batch, outputs]),
  ];
  /** Compares a matrix with the sums of `length` products. */
  const compare = (what, { data }, columns, length, product, start = () => 0) => {
    record(data);
    data.forEach((value, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      let sum = start(column);
      let magnitude = Math.abs(sum);
      for (let k = 0; k < length; k++) {
        const term = product(row, column, k);
        sum += term;
        magnitude += Math.abs(term);
      }
      close(value, sum, 2 * Math.sqrt(length + 1) * EPSILON * magnitude, what, index);
    });
  };
  compare(
    'y',
    ops.linear(tx, tw, tb),
    outputs,
    inputs,
    (n, o, i) => x[n * inputs + i] * w[o * inputs + i],
    o => b[o],
  );
  compare('dx', ops.linearInputGrad(tdy, tw), inputs, outputs, (n, i, o) => dy[n * outputs + o] * w[o * inputs + i]);
  compare('dw', ops.linearWeightGrad(tx, tdy), inputs, batch, (o, i, n) => dy[n * outputs + o] * x[n * inputs + i]);
  compare('db', ops.linearBiasGrad(tdy), outputs, batch, (_, o, n) => dy[n * outputs + o]);
}

function softmax({ convasm: { tensor }, ops, record }) {
  const [rows, classes] = [70, 10];
  const logits = numbers(rows * classes, 21).map(value => 8 * value);
  const labels = Int32Array.from({ length: rows }, (_, n) => (7 * n) % classes);
  const { loss, probabilities } = ops.softmaxCrossEntropy(tensor(logits, [rows, classes]), labels);
  const gradient = ops.softmaxCrossEntropyGrad(probabilities, labels);
  record(Float64Array.of(loss));
  record(probabilities.data);
  record(gradient.data);
  let expectedLoss = 0;
  for (let n = 0; n < rows; n++) {
    const powers = logits.subarray(n * classes, (n + 1) * classes).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    for (let j = 0; j < classes; j++) {
      const [at, expected] = [n * classes + j, powers[j] / sum];
      close(probabilities.data[at], expected, 16 * EPSILON, 'probabilities', at);
      close(gradient.data[at], expected - Number(j === labels[n]), 16 * EPSILON, 'gradient', at);
    }
    expectedLoss -= Math.log(powers[labels[n]] / sum) / rows;
  }
  close(loss, expectedLoss, 1e-5, 'loss');
  const large = ops.softmaxCrossEntropy(tensor([1e30, -1e30, 0], [1, 3]), Int32Array.of(0));
  check(large.loss === 0, `the loss of a large logit is ${large.loss}, expected 0`);
}

function sgd({ convasm: { tensor, zeros }, ops, record }) {
  const count = 20_011;
  const start = numbers(count, 22);
  const gradient = numbers(count, 23);
  const [parameter, step, velocity] = [tensor(start), tensor(gradient), zeros([count])];
  // Powers of two: every product is exact, and float32 rounds the sums alone.
  for (let i = 0; i < 3; i++) ops.sgdStep(parameter, step, velocity, { learningRate: 0.125, momentum: 0.5 });
  ops.addScaled(parameter, velocity, 0.25);
  record(parameter.data);
  record(velocity.data);
  const [p, v] = [Float32Array.from(start), new Float32Array(count)];
  for (let turn = 0; turn < 3; turn++) {
    for (let i = 0; i < count; i++) {
      v[i] = 0.5 * v[i] + gradient[i];
      p[i] -= 0.125 * v[i];
    }
  }
  for (let i = 0; i < count; i++) p[i] += 0.25 * v[i];
  equal(velocity.data, v, 'velocity');
  equal(parameter.data, p, 'parameter');
}
