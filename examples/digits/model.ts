import {
  Conv2D,
  Flatten,
  fanInUniform,
  heNormal,
  type Layer,
  Linear,
  MaxPool2D,
  ReLU,
  Sequential,
  stateDict,
  type Tensor,
} from 'convasm';
import { CLASSES, type Dataset } from './dataset.ts';

/** A network and its trainable layers by name. The names become those of the weights in the file. */
export interface Model {
  readonly net: Sequential;
  readonly named: Readonly<Record<string, Layer>>;
  /** What the network is made of, in one line. */
  readonly description: string;
}

/** Two convolutions, each followed by a ReLU and a 2x2 max pool, and a linear layer on top. */
export function convolutional({ height, width }: Dataset, seed: number): Model {
  const conv1 = new Conv2D({
    inChannels: 1,
    outChannels: 8,
    kernelSize: 3,
    padding: 1,
    initializer: heNormal({ seed }),
  });
  const conv2 = new Conv2D({
    inChannels: 8,
    outChannels: 16,
    kernelSize: 3,
    padding: 1,
    initializer: heNormal({ seed: seed + 1 }),
  });
  const features = 16 * Math.floor(height / 4) * Math.floor(width / 4);
  const linear = new Linear({
    inFeatures: features,
    outFeatures: CLASSES,
    initializer: fanInUniform({ seed: seed + 2 }),
  });
  const net = new Sequential([
    conv1,
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    conv2,
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Flatten(),
    linear,
  ]);
  return {
    net,
    named: { conv1, conv2, linear },
    description: `conv 3x3 1→8, ReLU, max pool 2, conv 3x3 8→16, ReLU, max pool 2, linear ${features}→${CLASSES}`,
  };
}

/** A linear classifier on the raw pixels: what the convolutions have to beat. */
export function linearClassifier({ height, width }: Dataset, seed: number): Model {
  const inFeatures = height * width;
  const linear = new Linear({ inFeatures, outFeatures: CLASSES, initializer: fanInUniform({ seed }) });
  return {
    net: new Sequential([new Flatten(), linear]),
    named: { linear },
    description: `linear ${inFeatures}→${CLASSES}`,
  };
}

/** The weights of a model by the names that PyTorch would give them, such as `conv1.weight`. */
export function weights({ named }: Model): Record<string, Tensor> {
  const entries = Object.entries(named).flatMap(([layer, trainable]) =>
    Object.entries(stateDict(trainable)).map(([name, tensor]) => [`${layer}.${name}`, tensor]),
  );
  return Object.fromEntries(entries);
}

/** How many numbers the training of a model adjusts. */
export function parameterCount(model: Model): number {
  return Object.values(weights(model)).reduce((sum, { size }) => sum + size, 0);
}
