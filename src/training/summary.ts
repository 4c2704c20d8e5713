import { Conv2D } from '../layers/conv2d.ts';
import { ConvTranspose2D } from '../layers/convTranspose2d.ts';
import type { Layer } from '../layers/layer.ts';
import { Linear } from '../layers/linear.ts';
import { rememberModes } from '../layers/modes.ts';
import { namedLayers, namedTensors } from '../layers/namedLayers.ts';
import { type NamedParameter, namedParameters } from '../optimizers/parameters.ts';
import { zeros } from '../tensor/create.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkShape, type Shape } from '../tensor/shape.ts';
import type { Storage } from '../tensor/storage.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkNet } from './check.ts';
import { table } from './table.ts';

/** A layer of a network. */
export interface SummaryRow {
  /** The names of the layers on the way to it, as in those of its parameters; '' for the network itself. */
  readonly path: string;
  /** The name of its class. Bundlers may shorten it. */
  readonly type: string;
  /** How many layers it is inside of. */
  readonly depth: number;
  /** Of one sample, without the batch; null if the network does not use it. */
  readonly outputShape: Shape | null;
  /** Elements of its parameters, those of the layers inside it included, each counted once. */
  readonly parameters: number;
  /** Multiplications of the forward pass for one sample, each with an addition, those of the layers inside it included. */
  readonly macs: number;
}

export interface Summary {
  /** The network itself, then each layer before those inside it. */
  readonly rows: readonly SummaryRow[];
  /** Of one sample. */
  readonly inputShape: Shape;
  /** Elements of the parameters, each counted once: all, those that an optimizer may change, and the others. */
  readonly parameters: number;
  readonly trainable: number;
  readonly frozen: number;
  /** See `SummaryRow`. */
  readonly macs: number;
  /** Memory of the parameters. */
  readonly parameterBytes: number;
  /** Memory of the input and of all that layers make of it, for one sample: what a step of training keeps until backward. */
  readonly activationBytes: number;
  /** As a table. */
  toString(): string;
}

/**
 * What a network consists of: shapes, parameters, multiplications and memory, layer by layer. `console.log(String(summary(net, shape)))`
 * prints it as a table.
 *
 * The shapes come from a forward pass of one sample of zeros in `eval()` mode. It changes nothing, but that `backward` needs another
 * `forward` before it. Multiplications are counted in convolutions, transposed ones and linear layers.
 *
 * @param inputShape of one sample, without the batch, such as [channels, height, width]
 * @throws ArgumentError, ShapeError; what a layer throws for such an input
 */
export function summary(net: Layer, inputShape: Shape): Summary {
  checkNet(net);
  checkShape('inputShape', inputShape);
  const { calls, activationBytes } = trace(net, inputShape);
  const rows = [...namedLayers(net)].map(({ path, layer, depth }) => ({
    path,
    type: layer.constructor.name,
    depth,
    outputShape: calls.get(layer)?.at(-1)?.output ?? null,
    parameters: total([...parametersOf(layer)].map(({ size }) => size)),
    macs: macsBelow(layer, calls),
  }));
  // Layers may share a parameter, which is frozen where all of them are.
  const own = parametersOf(net);
  const open = parametersOf(net, ({ optimizable }) => optimizable);
  const parameters = total([...own].map(({ size }) => size));
  const trainable = total([...open].map(({ size }) => size));
  const made = {
    rows,
    inputShape: [...inputShape],
    parameters,
    trainable,
    frozen: parameters - trainable,
    macs: macsBelow(net, calls),
    parameterBytes: total([...own].map(bytesOf)),
    activationBytes,
  };
  return { ...made, toString: () => print(made) };
}

/** Shapes of one forward, without the batch. */
interface Call {
  readonly input: Shape;
  readonly output: Shape;
}

type Calls = ReadonlyMap<Layer, readonly Call[]>;

/** Lets one sample through and watches the forward of each layer, whatever containers do with them. */
function trace(net: Layer, inputShape: Shape): { calls: Calls; activationBytes: number } {
  const calls = new Map<Layer, Call[]>();
  const storages = new Set<Storage>();
  let activationBytes = 0;
  const count = (tensor: Tensor) => {
    // What shares memory, as the output of Flatten does, costs none.
    if (!storages.has(tensor.storage)) activationBytes += bytesOf(tensor);
    storages.add(tensor.storage);
  };
  const layers = new Set([...namedLayers(net)].map(({ layer }) => layer));
  const methods = [...layers].map(layer => ({ layer, method: Object.getOwnPropertyDescriptor(layer, 'forward') }));
  const restore = rememberModes(net);
  try {
    for (const layer of layers) {
      const forward = layer.forward.bind(layer);
      const own: Call[] = [];
      calls.set(layer, own);
      layer.forward = x => {
        const y = forward(x);
        own.push({ input: x.shape.slice(1), output: y.shape.slice(1) });
        count(y);
        return y;
      };
    }
    net.eval();
    scope(() => {
      const [first] = namedTensors(net);
      const x = zeros([1, ...inputShape], first?.tensor.dtype);
      count(x);
      net.forward(x);
    });
  } finally {
    for (const { layer, method } of methods) {
      // Nearly always the method of its class, which shows again.
      if (method) Object.defineProperty(layer, 'forward', method);
      else Reflect.deleteProperty(layer, 'forward');
    }
    restore();
  }
  return { calls, activationBytes };
}

function macsBelow(layer: Layer, calls: Calls): number {
  const inside = new Set([...namedLayers(layer)].map(({ layer: inner }) => inner));
  return total([...inside].flatMap(inner => (calls.get(inner) ?? []).map(call => macsOf(inner, call))));
}

/** Of one forward: each weight is used at each pixel of the output, of a transposed convolution's input. */
function macsOf(layer: Layer, { input, output }: Call): number {
  const weights = layer.params.W?.size ?? 0;
  const pixels = ([, height = 1, width = 1]: Shape) => height * width;
  if (layer instanceof Conv2D) return weights * pixels(output);
  if (layer instanceof ConvTranspose2D) return weights * pixels(input);
  return layer instanceof Linear ? weights : 0;
}

/** Each once, wherever it stands. */
function parametersOf(layer: Layer, which: (named: NamedParameter) => boolean = () => true): Set<Tensor> {
  return new Set([...namedParameters(layer)].filter(which).map(({ parameter }) => parameter));
}

function bytesOf({ size, dtype }: Tensor): number {
  return size * DTYPES[dtype].bytes;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

function print(summary: Omit<Summary, 'toString'>): string {
  const { rows, inputShape, trainable, frozen, macs, parameterBytes, activationBytes } = summary;
  const lines = rows.map(({ path, type, depth, outputShape, parameters, macs }) => [
    `${'  '.repeat(depth)}${path && `${path.slice(path.lastIndexOf('.') + 1)} `}${type}`,
    outputShape ? outputShape.join(' x ') : 'unused',
    parameters ? count(parameters) : '',
    macs ? count(macs) : '',
  ]);
  const totals = [
    `Parameters: ${count(trainable)} trainable, ${count(frozen)} frozen, ${kilobytes(parameterBytes)}`,
    `For each sample: ${count(macs)} MACs, ${kilobytes(activationBytes)} of activations`,
  ];
  const input = ['input', inputShape.join(' x '), '', ''];
  return [...table(['Layer', 'Output', 'Parameters', 'MACs'], [input, ...lines]), ...totals].join('\n');
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} kB`;
}
