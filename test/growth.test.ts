import { expect, it } from 'vitest';
import {
  Conv2D,
  Flatten,
  heNormal,
  Linear,
  MaxPool2D,
  ReLU,
  runtimeInfo,
  Sequential,
  SGD,
  SoftmaxCrossEntropy,
  scope,
  tensor,
} from '../src/index.ts';
import { runtime } from '../src/runtime/init.ts';
import { random } from './helpers/values.ts';

/** Losses and final parameters of a few training steps. */
function train(): { losses: number[]; params: number[][] } {
  const net = new Sequential([
    new Conv2D({ inChannels: 2, outChannels: 5, kernelSize: 3, padding: 1, initializer: heNormal({ seed: 1 }) }),
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Flatten(),
    new Linear({ inFeatures: 45, outFeatures: 3, initializer: heNormal({ seed: 2 }) }),
  ]);
  const loss = new SoftmaxCrossEntropy();
  const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
  const images = random([4, 2, 6, 6], 3);
  const labels = Int32Array.of(0, 1, 2, 1);
  const losses = Array.from({ length: 8 }, () =>
    scope(() => {
      const value = loss.forward(net.forward(tensor(images.data, images.shape)), labels);
      net.backward(loss.backward());
      optimizer.step();
      return value;
    }),
  );
  const params = Object.values(net.params).map(parameter => [...parameter.data]);
  for (const owner of [net, loss, optimizer]) owner.dispose();
  return { losses, params };
}

it('growth of the memory at every single allocation changes nothing', () => {
  const expected = train();
  const { allocator, memory } = runtime();
  const allocate = allocator.allocate;
  let grown = 0;
  allocator.allocate = bytes => {
    const block = allocate.call(allocator, bytes);
    memory.memory.grow(1);
    grown++;
    return block;
  };
  try {
    const before = runtimeInfo().memory.reserved;
    expect(train()).toEqual(expected);
    expect(grown).toBeGreaterThan(50);
    expect(runtimeInfo().memory.reserved).toBe(before + grown * 65536);
  } finally {
    allocator.allocate = allocate;
  }
  expect(expected.losses.at(-1)).toBeLessThan(expected.losses[0] as number);
});
