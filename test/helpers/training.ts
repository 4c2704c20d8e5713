import {
  Conv2D,
  Flatten,
  type Layer,
  Linear,
  MaxPool2D,
  normal,
  type Optimizer,
  ReLU,
  Sequential,
  SoftmaxCrossEntropy,
  scope,
  type Tensor,
} from '../../src/index.ts';
import { made } from './tensors.ts';
import { type DType, filled, random, type Values } from './values.ts';

/** The parameters of all layers, in order. */
export const paramsOf = (layer: Layer): Tensor[] =>
  layer instanceof Sequential ? layer.layers.flatMap(paramsOf) : Object.values(layer.params);

/** Their gradients. */
export const gradsOf = (layer: Layer): (Tensor | null)[] =>
  layer instanceof Sequential ? layer.layers.flatMap(gradsOf) : Object.values(layer.grads);

/** A convolution and a linear layer for pictures of 6 x 6, seeded. */
export const smallNet = (dtype: DType = 'float32', seed = 1): Sequential =>
  new Sequential([
    new Conv2D({ inChannels: 1, outChannels: 4, kernelSize: 3, initializer: normal({ std: 0.3, seed }), dtype }),
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Flatten(),
    new Linear({ inFeatures: 16, outFeatures: 3, initializer: normal({ std: 0.3, seed: seed + 1 }), dtype }),
  ]);

/** Seeded pictures of three classes, told apart by the column that is bright. */
export function pictures(batch: number, dtype: DType): { x: Values; labels: Int32Array } {
  const labels = Int32Array.from({ length: batch }, (_, n) => n % 3);
  const noise = random([batch, 1, 6, 6], 11, dtype);
  const x = filled([batch, 1, 6, 6], i => {
    const [n, column] = [Math.floor(i / 36), i % 6];
    return Math.fround(0.3 * (noise.data[i] as number) + (Math.floor(column / 2) === n % 3 ? 1 : 0));
  });
  return { x, labels };
}

/** Steps on the same 12 pictures; returns the losses before each. */
export function train(net: Sequential, optimizer: Optimizer, steps: number, dtype: DType): number[] {
  const { x, labels } = pictures(12, dtype);
  const input = made(x, dtype);
  const loss = new SoftmaxCrossEntropy();
  return Array.from({ length: steps }, () =>
    scope(() => {
      const value = loss.forward(net.forward(input), labels);
      net.backward(loss.backward());
      optimizer.step();
      return value;
    }),
  );
}
