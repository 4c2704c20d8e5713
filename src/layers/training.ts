import type { ActivationOutput } from '../ops/through.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { placesOf, stepsOf } from './joining.ts';
import type { Layer } from './layer.ts';
import type { Stage } from './stage.ts';

// Networks in training: the same passes as layer by layer, with the same bits, but ReLU and ReLU6 are applied as results are written,
// and their gradients as normalisations and residual connections read and write theirs (not by convolutions: they write tile by tile, so
// that the output which decides is read out of order, and a pass of its own is no slower). Each layer has kept afterwards what its own backward needs, so that the way back is found from that
// alone: whatever was called in between, it gives what the layers would give one by one.

/**
 * @param between takes what passes between the layers; it has to live until backward
 * @returns the output of the last one
 */
export function trainForward(layers: readonly Layer[], x: Tensor, between: Tensor[]): Tensor {
  let value = x;
  for (const { layer, stage, activation, keep } of stepsOf(layers, true)) {
    if (value !== x) between.push(value);
    value = activation && stage?.train ? stage.train(value, activation) : layer.forward(value);
    keep?.(value);
  }
  return value;
}

/** The gradient of the input; the caller's scope takes what passes between the layers. */
export function trainBackward(layers: readonly Layer[], dy: Tensor): Tensor {
  const all = placesOf(layers, true);
  let gradient = dy;
  for (let i = all.length - 1; i >= 0; i--) {
    const { layer, stage } = all[i] as (typeof all)[number];
    const previous = all[i - 1]?.stage ?? null;
    const [behind, before] = [passed(stage), passed(previous)];
    // A normalisation has least trouble with it: it reads in order what stands as its input does.
    const isLeft = all[i - 2]?.stage?.backwardFrom !== undefined;
    if (behind && previous?.backwardFrom) {
      gradient = previous.backwardFrom(gradient, behind);
      i--;
    } else if (before && !isLeft && stage?.backwardThrough && stage.input === before.output) {
      gradient = stage.backwardThrough(gradient, before);
      i--;
    } else {
      gradient = layer.backward(gradient);
    }
  }
  return gradient;
}

function passed(stage: Stage | null): ActivationOutput | null {
  return stage?.activation && stage.input ? { activation: stage.activation, output: stage.input } : null;
}
