// A small CNN, ten steps of training on one batch of pictures, which are the same everywhere.
import {
  Conv2D,
  Flatten,
  heNormal,
  init,
  Linear,
  MaxPool2D,
  ReLU,
  runtimeInfo,
  Sequential,
  SGD,
  SoftmaxCrossEntropy,
  scope,
  tensor,
} from 'convasm';
import { relu } from 'convasm/ops';

export const BATCH = 32;
export const SIZE = 16;

export async function train(options = { threads: 2 }) {
  await init(options);
  const net = new Sequential([
    new Conv2D({ inChannels: 1, outChannels: 16, kernelSize: 3, padding: 1, initializer: heNormal({ seed: 1 }) }),
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Conv2D({ inChannels: 16, outChannels: 32, kernelSize: 3, padding: 1, initializer: heNormal({ seed: 2 }) }),
    new ReLU(),
    new Flatten(),
    new Linear({ inFeatures: 32 * 8 * 8, outFeatures: 2, initializer: heNormal({ seed: 3 }) }),
  ]);
  const loss = new SoftmaxCrossEntropy();
  const optimizer = new SGD(net, { learningRate: 0.01, momentum: 0.9 });
  const { pixels, labels } = bars();
  const losses = [];
  for (let step = 0; step < 10; step++) {
    scope(() => {
      // An op of the other entry point takes this one's tensors: a bundler must not have made two libraries of the two.
      const x = relu(tensor(pixels, [BATCH, 1, SIZE, SIZE]));
      losses.push(loss.forward(net.forward(x), labels));
      net.backward(loss.backward());
      optimizer.step();
    });
  }
  const { variant, threads, threadsOff } = runtimeInfo();
  return { losses, variant, threads, threadsOff };
}

/** Noise with a bar in it: class 0 lies, class 1 stands. */
export function bars() {
  const random = mulberry32(1);
  const labels = Int32Array.from({ length: BATCH }, () => Math.floor(random() * 2));
  const pixels = Float32Array.from({ length: BATCH * SIZE * SIZE }, () => random() - 0.5);
  labels.forEach((label, n) => {
    const at = Math.floor(random() * SIZE);
    for (let i = 0; i < SIZE; i++) pixels[(n * SIZE + (label ? i : at)) * SIZE + (label ? at : i)] += 1;
  });
  return { pixels, labels };
}

/** The well-known 32-bit generator: the same numbers in every engine. */
function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
