// Convolutions and their gradients, beside sums by definition.
import { check, close, equal } from '../check.mjs';
import { numbers, sizeOf } from '../data.mjs';
import { reference, sumOf } from '../reference.mjs';

/** @typedef {import('../reference.mjs').Convolution & { name: string, algorithm?: string }} Spec */

/** What docs/numerics.md promises, and how the sum of a convolution is told to be one that Winograd may do. */
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** Products that an operand's elements may take to check; of larger ones an even choice of elements is checked. */
const WORK = 200_000;

const one = [1, 1, 1, 1];

/** @type {readonly Spec[]} */
const SPECS = [
  { name: '5x5, 6 to 9 channels', x: [2, 6, 13, 11], w: [9, 6, 5, 5], padding: [2, 2, 2, 2] },
  { name: 'strided 3x3', x: [2, 10, 15, 17], w: [12, 10, 3, 3], stride: [2, 2], padding: one },
  {
    name: 'strided 2x3 of 4x5, uneven padding',
    x: [1, 5, 14, 16],
    w: [7, 5, 4, 5],
    stride: [2, 3],
    padding: [1, 0, 2, 3],
  },
  { name: 'dilated 3x3', x: [1, 8, 16, 15], w: [8, 8, 3, 3], dilation: [2, 3], padding: [2, 3, 2, 3] },
  { name: '4 groups', x: [2, 16, 12, 12], w: [24, 4, 3, 3], padding: one, groups: 4 },
  { name: 'depthwise 3x3', x: [2, 33, 19, 21], w: [33, 1, 3, 3], padding: one, groups: 33 },
  {
    name: 'depthwise 5x5, stride 2',
    x: [1, 16, 22, 23],
    w: [16, 1, 5, 5],
    stride: [2, 2],
    padding: [2, 2, 2, 2],
    groups: 16,
  },
  { name: 'depthwise, 2 filters a channel', x: [1, 12, 14, 14], w: [24, 1, 3, 3], padding: one, groups: 12 },
  { name: '1x1', x: [2, 24, 14, 14], w: [40, 24, 1, 1] },
  { name: '1x1, stride 2', x: [1, 16, 15, 15], w: [16, 16, 1, 1], stride: [2, 2] },
  { name: '3x3, 18 to 20 channels', x: [2, 18, 20, 22], w: [20, 18, 3, 3], padding: one },
  { name: 'one channel (planar)', x: [4, 1, 28, 28], w: [8, 1, 3, 3], padding: one },
  {
    name: 'three channels, 7x7, stride 2 (planar)',
    x: [1, 3, 37, 41],
    w: [13, 3, 7, 7],
    stride: [2, 2],
    padding: [3, 3, 3, 3],
  },
  { name: 'by algorithm direct', x: [2, 9, 17, 18], w: [11, 9, 3, 3], padding: one, algorithm: 'direct' },
  { name: 'by algorithm planar', x: [2, 9, 17, 18], w: [11, 9, 3, 3], padding: one, algorithm: 'planar' },
  { name: 'by algorithm winograd2', x: [2, 19, 17, 18], w: [21, 19, 3, 3], padding: one, algorithm: 'winograd2' },
  { name: 'by algorithm winograd4', x: [2, 19, 17, 18], w: [21, 19, 3, 3], padding: one, algorithm: 'winograd4' },
  // Large enough to be cut into blocks that threads share.
  { name: '32 to 32 channels 3x3 @56', x: [1, 32, 56, 56], w: [32, 32, 3, 3], padding: one },
  { name: '32 to 48 channels 3x3 @56, stride 2', x: [1, 32, 56, 56], w: [48, 32, 3, 3], stride: [2, 2], padding: one },
  { name: '64 to 64 channels 1x1 @56', x: [1, 64, 56, 56], w: [64, 64, 1, 1] },
  { name: 'depthwise 32 channels 3x3 @112', x: [1, 32, 112, 112], w: [32, 1, 3, 3], padding: one, groups: 32 },
  { name: 'batch 16, 3 to 16 channels 3x3 @32', x: [16, 3, 32, 32], w: [16, 3, 3, 3], padding: one },
];

export const convolutions = SPECS.flatMap(spec =>
  ['float32', 'float64'].map(dtype => ({
    name: `conv2d and gradients: ${spec.name}, ${dtype}`,
    run: tools => convolution(spec, dtype, tools),
  })),
).concat(
  { name: 'conv2d: activation, and the input gradient through one', run: activation },
  { name: 'conv2d: without a bias, into out', run: intoOut },
);

/**
 * @param {Spec} spec
 * @param {'float32' | 'float64'} dtype
 */
function convolution(spec, dtype, { convasm: { tensor }, ops, record }) {
  const { algorithm = 'auto' } = spec;
  const options = { ...optionsOf(spec), algorithm };
  const { outputShape, output, inputGrad, filterGrad } = reference(spec);
  const x = numbers(sizeOf(spec.x), 1);
  const w = numbers(sizeOf(spec.w), 2);
  const b = numbers(spec.w[0], 3);
  const dy = numbers(sizeOf(outputShape), 4);
  const [tx, tw, tb, tdy] = [
    tensor(x, spec.x, dtype),
    tensor(w, spec.w, dtype),
    tensor(b, [spec.w[0]], dtype),
    tensor(dy, outputShape, dtype),
  ];
  const winograd = mayBeWinograd(spec);
  const pixels = outputShape[2] * outputShape[3];
  const results = [
    { what: 'y', of: ops.conv2d(tx, tw, tb, options), element: output, left: x, right: w },
    { what: 'dx', of: ops.conv2dInputGrad(tdy, tw, spec.x, options), element: inputGrad, left: dy, right: w },
    { what: 'dw', of: ops.conv2dFilterGrad(tx, tdy, spec.w, options), element: filterGrad, left: x, right: dy },
  ];
  for (const { what, of, element, left, right } of results) {
    const { data } = of;
    record(data);
    const added = what === 'y' ? index => b[Math.floor(index / pixels) % spec.w[0]] : () => 0;
    for (const index of chosen(data.length, sumOf(element, data.length >> 1, left, right).terms)) {
      const { value, magnitude, terms } = sumOf(element, index, left, right);
      const start = added(index);
      const length = Math.max(winograd ? 9 : 1, terms + 1);
      const bound = winograd
        ? 6 * Math.sqrt(length) * EPSILON[dtype] * (length + 1)
        : 2 * Math.sqrt(length) * EPSILON[dtype] * (magnitude + Math.abs(start));
      close(data[index], value + start, bound, what, index);
    }
  }
  const db = ops.conv2dBiasGrad(tdy).data;
  record(db);
  const [sums, magnitudes] = [new Float64Array(db.length), new Float64Array(db.length)];
  dy.forEach((value, i) => {
    const o = Math.floor(i / pixels) % db.length;
    sums[o] += value;
    magnitudes[o] += Math.abs(value);
  });
  const unit = 2 * Math.sqrt(dy.length / db.length) * EPSILON[dtype];
  for (let o = 0; o < db.length; o++) close(db[o], sums[o], unit * magnitudes[o], 'db', o);
}

function activation({ convasm: { tensor }, ops, record }) {
  const shape = [2, 12, 16, 18];
  const x = ops.relu(tensor(numbers(sizeOf(shape), 5), shape));
  const w = tensor(numbers(12 * 12 * 9, 6), [12, 12, 3, 3]);
  const plain = Float32Array.from(ops.conv2d(x, w, null, { padding: 1 }).data);
  const y = ops.conv2d(x, w, null, { padding: 1, activation: 'relu' });
  record(y.data);
  equal(
    y.data,
    plain.map(value => Math.max(value, 0)),
    'conv2d with relu',
  );
  const whole = ops.conv2dInputGrad(y, w, shape, { padding: 1 });
  const through = ops.conv2dInputGrad(y, w, shape, { padding: 1, through: { activation: 'relu', output: x } });
  record(through.data);
  const values = Float32Array.from(x.data);
  equal(
    through.data,
    Float32Array.from(whole.data).map((value, i) => (values[i] > 0 ? value : 0)),
    'dx through relu',
  );
}

function intoOut({ convasm: { tensor, zeros }, ops, record }) {
  const x = tensor(numbers(2 * 5 * 9 * 9, 7), [2, 5, 9, 9]);
  const w = tensor(numbers(4 * 5 * 9, 8), [4, 5, 3, 3]);
  const out = zeros([2, 4, 7, 7]);
  check(ops.conv2d(x, w, null, { out }) === out, 'conv2d does not return out');
  record(out.data);
  equal(out.data, ops.conv2d(x, w).data, 'out');
}

function optionsOf({ stride, padding, dilation, groups }) {
  return { stride, padding, dilation, groups };
}

/** Whether 'auto' may take Winograd's algorithm, whose bound is another. @param {Spec} spec */
function mayBeWinograd({ w, stride = [1, 1], dilation = [1, 1], groups = 1, algorithm = 'auto' }) {
  const fits = w[2] === 3 && w[3] === 3 && groups === 1 && [...stride, ...dilation].every(n => n === 1);
  return fits && algorithm !== 'direct' && algorithm !== 'planar';
}

/** All indices below `size`, or as many as the work allows, in steps of a prime so that all rows and columns have their turn. */
function* chosen(size, terms) {
  const count = Math.min(size, Math.ceil(WORK / terms));
  for (let i = 0; i < count; i++) yield (i * 7919) % size;
}
