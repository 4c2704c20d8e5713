import type { Batch, Dataset } from '../data/dataset.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { namedTensors } from '../layers/namedLayers.ts';
import type { Loss } from '../losses/loss.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Outcome } from './meter.ts';
import { mostLikely } from './mostLikely.ts';

/** Inputs of a batch as a tensor of the network's element type, [count, ...inputShape]. */
export function inputsOf({ inputs, count }: Batch, data: Dataset, net: Layer): Tensor {
  const [first] = namedTensors(net);
  const own = inputs instanceof Float64Array ? 'float64' : 'float32';
  return tensor(inputs, [count, ...data.inputShape], first?.tensor.dtype ?? own);
}

/** Loss (0 without one) and hits of a batch. */
export function outcomeOf(output: Tensor, batch: Batch, data: Dataset, loss: Loss | null): Outcome {
  const { targets, count } = batch;
  const { targetShape } = data;
  if (targetShape !== null) {
    const wanted = tensor(targets, [count, ...targetShape], output.dtype);
    return { count, loss: loss ? loss.forward(output, wanted) : 0, correct: null };
  }
  if (!(targets instanceof Int32Array && targets.length === count))
    throw new ArgumentError('targets', targets, `an Int32Array of ${count} class ids, since targetShape is null`);
  return { count, loss: loss ? loss.forward(output, targets) : 0, correct: countCorrect(output, targets) };
}

function countCorrect(output: Tensor, ids: Int32Array): number | null {
  if (output.shape.length !== 2) return null;
  if (output.shape[0] !== ids.length) throw new ShapeError('output', output.shape, `a shape [${ids.length}, classes]`);
  let correct = 0;
  mostLikely(output).forEach((id, n) => {
    if (id === ids[n]) correct++;
  });
  return correct;
}
