import {
  BatchNorm2D,
  Conv2D,
  Flatten,
  fanInUniform,
  heNormal,
  type Layer,
  Linear,
  MaxPool2D,
  ReLU,
  Sequential,
} from 'convasm';
import { CLASSES, type Digits } from './digits.ts';

export interface Model {
  readonly net: Sequential;
  /** What the network is made of, in one line. */
  readonly description: string;
}

/** Three convolutions, each normalised and followed by a ReLU, two 2x2 max pools, and a linear layer on top. */
export function convolutional({ height, width }: Digits, seed: number): Model {
  const features = 64 * Math.floor(height / 4) * Math.floor(width / 4);
  const net = new Sequential([
    convolution(1, 16, 10 * seed),
    // The pools stand before the normalisations, which have a quarter of the work there.
    new MaxPool2D({ kernelSize: 2 }),
    ...normalised(16),
    convolution(16, 32, 10 * seed + 1),
    new MaxPool2D({ kernelSize: 2 }),
    ...normalised(32),
    convolution(32, 64, 10 * seed + 2),
    ...normalised(64),
    new Flatten(),
    classifier(features, 10 * seed + 3),
  ]);
  return {
    net,
    description:
      'conv 3x3 1→16, max pool 2, batch norm, ReLU, conv 3x3 16→32, max pool 2, batch norm, ReLU, ' +
      `conv 3x3 32→64, batch norm, ReLU, linear ${features}→${CLASSES}`,
  };
}

/** A linear classifier on the raw pixels: what the convolutions have to beat. */
export function linearClassifier({ height, width }: Digits, seed: number): Model {
  const features = height * width;
  return {
    net: new Sequential([new Flatten(), classifier(features, 10 * seed)]),
    description: `linear ${features}→${CLASSES}`,
  };
}

/** Without a bias, which the normalisation after it would take out again. */
function convolution(inChannels: number, outChannels: number, seed: number): Layer {
  const initializer = heNormal({ seed });
  return new Conv2D({ inChannels, outChannels, kernelSize: 3, padding: 1, bias: false, initializer });
}

function normalised(channels: number): Layer[] {
  return [new BatchNorm2D({ channels }), new ReLU()];
}

function classifier(inFeatures: number, seed: number): Layer {
  return new Linear({ inFeatures, outFeatures: CLASSES, initializer: fanInUniform({ seed }) });
}
