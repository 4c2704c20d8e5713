import { checkWhole } from '../data/checks.ts';
import type { Dataset } from '../data/dataset.ts';
import { ShapeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { scope } from '../tensor/scope.ts';
import { type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import { checkTensor, Tensor } from '../tensor/tensor.ts';
import { checkCallbacks, checkNet, checkSamples, checkSignal } from './check.ts';
import { type BatchProgress, eachBatch } from './eachBatch.ts';
import { inputsOf } from './feed.ts';

export interface PredictOptions {
  /** Samples in a batch; the last one has what is left. Default 64. */
  batchSize?: number | undefined;
  /** Stops it between two batches, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each batch, and waited for. */
  onBatch?: ((progress: BatchProgress) => unknown) | undefined;
}

/** Outputs of a network, outside of its memory. */
export interface Predictions {
  /** [samples, ...] */
  readonly shape: Shape;
  /** In row-major order, of the network's element type. */
  readonly data: Float32Array | Float64Array;
}

/**
 * Outputs of a network for all samples of `inputs`, batch by batch in `eval()` mode. Afterwards each layer is in the mode that it was in,
 * also when something throws. `mostLikely` makes class ids of them; for probabilities let `new Sequential([net, new Softmax()])` predict.
 *
 * @param inputs a Dataset, whose targets nobody looks at, or a Tensor [samples, ...]
 * @throws (rejects with) ArgumentError, ShapeError, ForeignTensorError, DisposedError; what `inputs`, `onBatch` or a layer throws; the
 *   signal's reason
 */
export async function predict(
  net: Layer,
  inputs: Dataset | Tensor,
  options: PredictOptions = {},
): Promise<Predictions> {
  const { batchSize = 64, signal, onBatch } = options;
  checkNet(net);
  const data = inputs instanceof Tensor ? samplesOf(inputs) : inputs;
  checkSamples('inputs', data);
  checkWhole('batchSize', batchSize, 1);
  checkSignal(signal);
  checkCallbacks({ onBatch });
  let made: Predictions | null = null;
  const seconds = await eachBatch(net, data, { batchSize, signal, onBatch }, (batch, before) =>
    scope(() => {
      const output = net.forward(inputsOf(batch, data, net));
      made ??= room(output, data.length);
      const shape = [batch.count, ...made.shape.slice(1)];
      if (!sameShape(output.shape, shape))
        throw new ShapeError('output', output.shape, `shape [${shape.join(', ')}], after those of other batches`);
      made.data.set(output.data, before * sizeOf(shape.slice(1)));
    }),
  );
  if (seconds === null) throw signal?.reason;
  return made as unknown as Predictions;
}

function room(output: Tensor, samples: number): Predictions {
  const shape = [samples, ...output.shape.slice(1)];
  const made = output.dtype === 'float32' ? Float32Array : Float64Array;
  return { shape, data: new made(sizeOf(shape)) };
}

/** The rows of a tensor, to be had in runs. */
function samplesOf(x: Tensor): Dataset {
  checkTensor('inputs', x);
  const [length = 1, ...inputShape] = x.shape;
  const size = sizeOf(inputShape);
  return {
    length,
    inputShape,
    targetShape: null,
    batch: indices => {
      checkTensor('inputs', x);
      const first = indices[0] as number;
      const inputs = x.data.slice(first * size, (first + indices.length) * size);
      return { inputs, targets: new Int32Array(indices.length), count: indices.length };
    },
  };
}
