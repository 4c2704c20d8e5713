import {
  AvgPool2D,
  Conv2D,
  Flatten,
  fanInUniform,
  heNormal,
  type Layer,
  Linear,
  MaxPool2D,
  ReLU,
  Sequential,
  SGD,
  SoftmaxCrossEntropy,
  scope,
  tensor,
} from 'convasm';
import { makeOperands, OPERATIONS, type Operands } from '../operations.ts';
import { randomValues } from '../random.ts';
import { type ConvShape, SHAPES, SMALL_SHAPES } from '../shapes.ts';
import { nameOf } from '../tasks.ts';

/** Something that takes time, on however many threads. */
export interface Workload {
  readonly kind: 'training step' | 'convolution' | 'small convolution';
  readonly name: string;
  /** Makes ready what is to be timed. */
  prepare(): () => void;
}

export const WORKLOADS: readonly Workload[] = [
  training('1->8->16, batch 32 @28', [32, 1, 28, 28], () => [
    ...block(1, 8),
    ...block(8, 16),
    new Flatten(),
    linear(16 * 7 * 7),
  ]),
  training('3->32->64->128, batch 32 @32', [32, 3, 32, 32], () => [
    ...block(3, 32),
    ...block(32, 64),
    conv(64, 128),
    new ReLU(),
    new AvgPool2D({ kernelSize: 8 }),
    new Flatten(),
    linear(128),
  ]),
  training('3->64->64->128->128, batch 16 @32', [16, 3, 32, 32], () => [
    conv(3, 64),
    new ReLU(),
    ...block(64, 64),
    conv(64, 128),
    new ReLU(),
    ...block(128, 128),
    new Flatten(),
    linear(128 * 8 * 8),
  ]),
  ...SHAPES.flatMap(shape => convolutions('convolution', shape)),
  ...SMALL_SHAPES.flatMap(shape => convolutions('small convolution', shape)),
];

function convolutions(kind: Workload['kind'], shape: ConvShape): Workload[] {
  return OPERATIONS.map(operation => ({
    kind,
    name: nameOf(operation, shape),
    prepare: () => {
      const { contiguous, ...rest }: Operands = makeOperands(shape);
      const call = operation.prepare({ contiguous, ...rest });
      return () => {
        // As a user has it, from NCHW to NCHW.
        void call(contiguous).data;
      };
    },
  }));
}

function training(name: string, shape: readonly number[], layers: () => Layer[]): Workload {
  return {
    kind: 'training step',
    name,
    prepare: () => {
      const net = new Sequential(layers());
      const loss = new SoftmaxCrossEntropy();
      const optimizer = new SGD(net, { learningRate: 0.01, momentum: 0.9 });
      const x = tensor(randomValues(shape, 1), shape);
      const labels = Int32Array.from({ length: shape[0] as number }, (_, i) => i % 10);
      return () =>
        scope(() => {
          loss.forward(net.forward(x), labels);
          net.backward(loss.backward());
          optimizer.step();
        });
    },
  };
}

function conv(inChannels: number, outChannels: number): Conv2D {
  return new Conv2D({
    inChannels,
    outChannels,
    kernelSize: 3,
    padding: 1,
    initializer: heNormal({ seed: outChannels }),
  });
}

function block(inChannels: number, outChannels: number): Layer[] {
  return [conv(inChannels, outChannels), new ReLU(), new MaxPool2D({ kernelSize: 2 })];
}

function linear(inFeatures: number): Linear {
  return new Linear({ inFeatures, outFeatures: 10, initializer: fanInUniform({ seed: 1 }) });
}
