// Activations and softmax, with their gradients.
import { close } from '../check.mjs';
import { numbers } from '../data.mjs';

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** Where e^x would be subnormal the library has 0: |x| e^x may then be this. */
const LEAST = { float32: 128 * 2 ** -126, float64: 0 };

const sigmoid = x => 1 / (1 + Math.exp(-x));

/** Function and derivative of one element, and whether the gradient is made of input or output. */
const FUNCTIONS = [
  { name: 'relu6', value: x => Math.min(Math.max(x, 0), 6), slope: x => Number(x > 0 && x < 6) },
  {
    name: 'leakyRelu',
    options: { negativeSlope: 0.25 },
    value: x => (x > 0 ? x : 0.25 * x),
    slope: x => (x > 0 ? 1 : 0.25),
  },
  {
    name: 'hardSwish',
    value: x => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    slope: x => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  },
  { name: 'silu', value: x => x * sigmoid(x), slope: x => sigmoid(x) * (1 + x * sigmoid(-x)) },
  { name: 'sigmoid', value: sigmoid, slope: x => sigmoid(x) * sigmoid(-x), fromOutput: true },
  { name: 'tanh', value: Math.tanh, slope: x => 1 - Math.tanh(x) ** 2, fromOutput: true },
];

export const activations = ['float32', 'float64'].flatMap(dtype => [
  ...FUNCTIONS.map(activation => ({
    name: `${activation.name} and gradient, ${dtype}`,
    run: tools => elements(activation, dtype, tools),
  })),
  { name: `softmax and gradient, ${dtype}`, run: tools => softmax(tools, dtype) },
]);

function elements({ name, options, value, slope, fromOutput }, dtype, { convasm: { tensor }, ops, record }) {
  // Kinks, and so large that they saturate; several blocks, and a rest that fills no vector.
  const edges = [0, -0, 3, -3, 6, -6, 100, -100];
  const x = Float64Array.of(...edges, ...numbers(40_003, 71).map(n => 16 * n));
  const dy = numbers(x.length, 72);
  const [input, gradient] = [tensor(x, [x.length], dtype), tensor(dy, [x.length], dtype)];
  const y = ops[name](input, options);
  const dx = ops[`${name}Grad`](gradient, fromOutput ? y : input, options);
  record(y.data);
  record(dx.data);
  const eps = EPSILON[dtype];
  y.data.forEach((got, i) => {
    const wanted = value(x[i]);
    close(got, wanted, 8 * eps * Math.abs(wanted) + LEAST[dtype], 'y', i);
  });
  dx.data.forEach((got, i) => {
    close(got, dy[i] * slope(x[i]), 24 * eps, 'dx', i);
  });
}

function softmax({ convasm: { tensor }, ops, record }, dtype) {
  const [rows, classes] = [300, 37];
  const x = numbers(rows * classes, 73).map(value => 8 * value);
  const dy = numbers(rows * classes, 74);
  const y = ops.softmax(tensor(x, [rows, classes], dtype));
  const dx = ops.softmaxGrad(tensor(dy, [rows, classes], dtype), y);
  record(y.data);
  record(dx.data);
  const [p, g] = [y.data, dx.data];
  for (let start = 0; start < x.length; start += classes) {
    const powers = x.subarray(start, start + classes).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    const mean = powers.reduce((total, power, j) => total + (power / sum) * dy[start + j], 0);
    powers.forEach((power, j) => {
      const [at, wanted] = [start + j, power / sum];
      close(p[at], wanted, 16 * EPSILON[dtype] * wanted, 'y', at);
      close(g[at], wanted * (dy[at] - mean), 64 * EPSILON[dtype] * wanted, 'dx', at);
    });
  }
}
