import fc from 'fast-check';
import {
  AvgPool2D,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GlobalAvgPool2D,
  HardSwish,
  type Layer,
  LeakyReLU,
  Linear,
  MaxPool2D,
  ReLU,
  ReLU6,
  Residual,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
  type Tensor,
  uniform,
} from '../../src/index.ts';
import { add } from '../../src/ops/index.ts';
import { read } from './tensors.ts';
import { at, type DType, dtypes, epsilon, generator, largest, map, random } from './values.ts';

const ACTIVATIONS = {
  relu: () => new ReLU(),
  relu6: () => new ReLU6(),
  leakyRelu: () => new LeakyReLU({ negativeSlope: 0.2 }),
  hardSwish: () => new HardSwish(),
  silu: () => new SiLU(),
  sigmoid: () => new Sigmoid(),
  tanh: () => new Tanh(),
};

const KINDS = ['conv', 'depthwise', 'grouped', 'transposed', 'again', 'norm', 'maxPool', 'avgPool', 'dropout'] as const;

type Kind = (typeof KINDS)[number] | keyof typeof ACTIVATIONS;
type Node = Kind | { readonly nested: Node[] } | { readonly residual: Node[]; readonly shortcut: boolean };

const kinds: fc.Arbitrary<Kind> = fc.oneof(
  // What is joined comes often.
  fc.constantFrom('conv', 'depthwise', 'norm', 'norm', 'relu', 'relu6'),
  fc.constantFrom(...KINDS, ...(Object.keys(ACTIVATIONS) as Kind[])),
);

const { nodes } = fc.letrec<{ node: Node; nodes: Node[] }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: kinds, weight: 8 },
    { arbitrary: fc.record({ nested: tie('nodes') }), weight: 1 },
    { arbitrary: fc.record({ residual: tie('nodes'), shortcut: fc.boolean() }), weight: 2 },
  ),
  nodes: fc.array(tie('node'), { maxLength: 8, depthIdentifier: 'nodes' }),
}));

/** What a random network is made from. */
export interface NetworkCase {
  readonly nodes: Node[];
  /** The layers after the images: none, or one of two heads. */
  readonly head: 'none' | 'pool' | 'flatten';
  readonly shape: [number, number, number, number];
  readonly dtype: DType;
  readonly seed: number;
}

export const networks: fc.Arbitrary<NetworkCase> = fc.record({
  nodes,
  head: fc.constantFrom('none', 'pool', 'flatten'),
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  ),
  dtype: fc.constantFrom(...dtypes),
  seed: fc.nat(),
});

/** The layers of a case, with parameters and running statistics that are seeded. */
export function networkOf({ nodes, head, shape, dtype, seed }: NetworkCase): Sequential {
  const next = generator(seed);
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  let [, channels, height, width] = shape;
  let again: Layer | null = null;
  // So many inputs of at most 2 / fan: no layer makes numbers much larger.
  const drawn = (fan: number) => uniform({ low: -2 / fan, high: 2 / fan, seed: whole(0, 1e9) });

  const conv = (groups: number, outChannels: number, kernel = whole(1, 3)) => {
    const fan = (channels / groups) * kernel * kernel;
    const sizes = { inChannels: channels, outChannels, kernelSize: kernel, groups, bias: next() < 0.5 };
    const layer = new Conv2D({ ...sizes, padding: 'same', initializer: drawn(fan), dtype });
    layer.bias?.set(random([outChannels], whole(0, 1e9)).data);
    again = channels === outChannels ? layer : null;
    channels = outChannels;
    return layer;
  };

  const layerOf = (kind: Kind, keepsSize: boolean): Layer[] => {
    switch (kind) {
      case 'conv':
        return [conv(1, whole(1, 18))];
      case 'grouped':
        return [conv(channels, channels * whole(1, 2))];
      case 'depthwise': {
        const initializer = drawn(9);
        return [new DepthwiseConv2D({ channels, kernelSize: 3, padding: 1, initializer, dtype })];
      }
      case 'transposed': {
        if (keepsSize || height > 9) return [];
        const groups = next() < 0.7 ? 1 : channels;
        const [inChannels, outChannels] = [channels, groups * whole(1, 5)];
        const sizes = { inChannels, outChannels, kernelSize: 2, stride: 2, groups, bias: next() < 0.5 };
        [channels, height, width] = [outChannels, 2 * height, 2 * width];
        return [new ConvTranspose2D({ ...sizes, initializer: drawn((4 * inChannels) / groups), dtype })];
      }
      case 'again':
        return again && (again as Conv2D).inChannels === channels ? [again] : [];
      case 'norm':
        return [normOf(channels, dtype, whole(0, 1e9))];
      case 'maxPool':
      case 'avgPool': {
        if (keepsSize || Math.min(height, width) < 2) return [];
        [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
        return [kind === 'maxPool' ? new MaxPool2D({ kernelSize: 2 }) : new AvgPool2D({ kernelSize: 2 })];
      }
      case 'dropout':
        return [new Dropout({ p: 0.5, seed: whole(0, 1e9) })];
      default:
        return [ACTIVATIONS[kind]()];
    }
  };

  const listOf = (list: readonly Node[], keepsSize: boolean): Layer[] =>
    list.flatMap(node => {
      if (typeof node === 'string') return layerOf(node, keepsSize);
      if ('nested' in node) return [new Sequential(listOf(node.nested, keepsSize))];
      const before = channels;
      const body = new Sequential(listOf(node.residual, true));
      const after = channels;
      if (before === after && !node.shortcut) return [new Residual(body)];
      channels = before;
      return [new Residual(body, new Sequential([conv(1, after, 1), normOf(after, dtype, whole(0, 1e9))]))];
    });

  const linear = (inFeatures: number, outFeatures: number) =>
    new Linear({ inFeatures, outFeatures, initializer: drawn(inFeatures), dtype });
  const layers = listOf(nodes, false);
  if (head === 'pool') layers.push(new GlobalAvgPool2D(), new Tanh(), linear(channels, 5), new Softmax());
  if (head === 'flatten')
    layers.push(new Flatten(), new ReLU6(), linear(channels * height * width, 7), new ReLU(), linear(7, 3));
  return new Sequential(layers);
}

/** One whose numbers are not those of a new layer: weights below zero and of zero among them. */
export function normOf(channels: number, dtype: DType, seed: number, affine = seed % 4 > 0): BatchNorm2D {
  const layer = new BatchNorm2D({ channels, dtype, affine, eps: 1e-3 });
  const drawn = (i: number) => random([channels], seed + i, dtype);
  layer.params.weight?.set(map(drawn(0), (v, i) => (i % 5 === 3 ? 0 : 1.5 * v)).data);
  layer.params.bias?.set(drawn(1).data);
  layer.runningMean.set(drawn(2).data);
  layer.runningVar.set(map(drawn(3), v => 1.05 + v).data);
  return layer;
}

/** A result with what a joined one may be off by. */
export interface Bounded {
  readonly y: Tensor;
  readonly error: number;
  /** The length of the last sum. */
  readonly terms: number;
}

/**
 * A network in eval(), each layer's own forward by itself. The bound is that of docs/numerics.md for 'auto', on both sides, carried
 * from layer to layer by how much each of them can stretch a difference.
 */
export function oneByOne(layer: Layer, from: Bounded): Bounded {
  if (layer instanceof Sequential) return layer.layers.reduce((value, inner) => oneByOne(inner, value), from);
  if (layer instanceof Residual) {
    const body = oneByOne(layer.body, from);
    const other = layer.shortcut ? oneByOne(layer.shortcut, from) : from;
    const y = add(body.y, other.y);
    return { y, error: body.error + other.error + epsilon[y.dtype] * largest(read(y)), terms: body.terms };
  }
  const eps = epsilon[from.y.dtype];
  const most = largest(read(from.y)) + from.error;
  const y = layer.forward(from.y);
  const after = (stretch: number, own: number, terms = from.terms) => ({ y, error: stretch * from.error + own, terms });
  const sizeOf = (tensor: Tensor | null | undefined) => (tensor ? largest(read(tensor)) : 0);
  if (layer instanceof BatchNorm2D) {
    const { weight, bias } = layer.params;
    const scale = map(read(layer.runningVar), (v, i) => (weight ? at(weight.data, i) : 1) / Math.sqrt(v + layer.eps));
    const stretch = largest(scale);
    const sum = stretch * (most + sizeOf(layer.runningMean)) + sizeOf(bias);
    return after(stretch, 12 * Math.sqrt(from.terms) * eps * sum);
  }
  const { W, b } = layer.params;
  if (W) {
    const terms = Math.max(9, W.size / Math.min(at(W.shape, 0), at(y.shape, 1)));
    const stretch = terms * sizeOf(W);
    return after(stretch, 12 * Math.sqrt(terms) * eps * (stretch * most + sizeOf(b)), terms);
  }
  if (layer instanceof AvgPool2D || layer instanceof GlobalAvgPool2D)
    return after(1, 4 * Math.sqrt(from.y.size) * eps * most);
  const copies = [ReLU, ReLU6, MaxPool2D, Flatten, Dropout].some(type => layer instanceof type);
  return copies ? after(1, 0) : after(1.5, 16 * eps * Math.max(1, largest(read(y))));
}
