// Steps of the optimizers, and the norm of gradients.
import { close, equal } from '../check.mjs';
import { numbers } from '../data.mjs';

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** Several blocks, and a rest that fills no vector. */
const COUNT = 20_011;
const STEPS = 3;
const learningRate = 0.1;

const SGDS = [
  { name: 'plain' },
  { name: 'weight decay', weightDecay: 0.3 },
  { name: 'momentum, dampening, weight decay', momentum: 0.9, dampening: 0.4, weightDecay: 0.1 },
  { name: 'Nesterov, weight decay', momentum: 0.9, nesterov: true, weightDecay: 0.1 },
];

const ADAMS = [
  { name: 'Adam', type: 'Adam' },
  { name: 'Adam with weight decay', type: 'Adam', betas: [0.8, 0.9], eps: 0.001, weightDecay: 0.1 },
  { name: 'AdamW', type: 'AdamW', weightDecay: 0.1 },
];

export const optimizers = ['float32', 'float64'].flatMap(dtype => [
  ...SGDS.map(({ name, ...options }) => ({
    name: `SGD: ${name}, ${dtype}`,
    run: tools => steps(tools, dtype, 'SGD', options, sgd(options)),
  })),
  ...ADAMS.map(({ name, type, ...options }) => ({
    name: `${name}, ${dtype}`,
    run: tools => steps(tools, dtype, type, options, adam(options, type === 'AdamW')),
  })),
  { name: `clipGradNorm, ${dtype}`, run: tools => clip(tools, dtype) },
]);

/** The formulas of torch.optim.SGD, for one parameter. */
function sgd({ momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 }) {
  return (parameter, gradient) => {
    let [p, v] = [parameter, 0];
    for (let step = 0; step < STEPS; step++) {
      const g = gradient + weightDecay * p;
      v = step === 0 ? g : momentum * v + (1 - dampening) * g;
      p -= learningRate * (nesterov ? g + momentum * v : v);
    }
    return p;
  };
}

/** Those of torch.optim.Adam and AdamW. */
function adam({ betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0 }, decoupled) {
  return (parameter, gradient) => {
    let [p, m, v] = [parameter, 0, 0];
    for (let step = 1; step <= STEPS; step++) {
      const g = decoupled ? gradient : gradient + weightDecay * p;
      if (decoupled) p *= 1 - learningRate * weightDecay;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      p -= (learningRate * (m / (1 - beta1 ** step))) / (Math.sqrt(v / (1 - beta2 ** step)) + eps);
    }
    return p;
  };
}

/** A layer whose only parameter is W, with a gradient that stays. */
function layerOf({ Linear, tensor }, dtype) {
  const layer = new Linear({ inFeatures: COUNT, outFeatures: 1, bias: false, dtype });
  const [start, gradient] = [numbers(COUNT, 91), numbers(COUNT, 92)];
  layer.params.W.set(start);
  layer.grads.W = tensor(gradient, [1, COUNT], dtype);
  return { layer, start, gradient };
}

function steps({ convasm, record }, dtype, type, options, expected) {
  const { layer, start, gradient } = layerOf(convasm, dtype);
  const optimizer = new convasm[type](layer, { learningRate, ...options });
  for (let step = 0; step < STEPS; step++) optimizer.step();
  const { data } = layer.params.W;
  record(data);
  data.forEach((value, i) => {
    close(value, expected(start[i], gradient[i]), 16 * EPSILON[dtype], 'parameter', i);
  });
  for (const owner of [optimizer, layer]) owner.dispose();
}

function clip({ convasm, record }, dtype) {
  const { layer, gradient } = layerOf(convasm, dtype);
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  close(convasm.clipGradNorm(layer, 2 * norm), norm, 1e-12 * norm, 'the norm, below the limit');
  equal(layer.grads.W.data, gradient, 'gradients below the limit');
  const got = convasm.clipGradNorm(layer, norm / 4);
  close(got, norm, 1e-12 * norm, 'the norm, above the limit');
  record(Float64Array.of(got));
  const { data } = layer.grads.W;
  record(data);
  data.forEach((value, i) => {
    close(value, (gradient[i] * norm) / 4 / (norm + 1e-6), 4 * EPSILON[dtype], 'clipped gradient', i);
  });
  layer.dispose();
}
