import type { ActivationOutput } from '../ops/through.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Place, placesOf, stepsOf } from './joining.ts';
import type { Layer } from './layer.ts';
import { namedTensors } from './namedLayers.ts';
import type { Stage } from './stage.ts';

// Networks in training: the same passes as layer by layer, with the same bits, but ReLU and ReLU6 are applied as results are written,
// and their gradients as normalisations and residual connections read and write theirs (not by convolutions: they write tile by tile, so
// that the output which decides is read out of order, and a pass of its own is no slower). Each layer has kept afterwards what its own
// backward needs, so that the way back is found from that alone: whatever was called in between, it gives what the layers would give one
// by one.

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
  return goBack(placesOf(layers, true), dy, 0).gradient;
}

/** The gradients of the parameters alone: nothing before the first layer that has some is done. */
export function trainBackwardParams(layers: readonly Layer[], dy: Tensor): void {
  const places = placesOf(layers, true);
  const first = places.findIndex(({ layer }) => [...namedTensors(layer)].some(({ kind }) => kind === 'parameters'));
  const { gradient, next } = goBack(places, dy, first + 1);
  // It may have been done with the activation behind it.
  if (next === first) places[first]?.layer.backwardParams(gradient);
}

/** From the last place to place `end`. @returns the gradient there, and which place is next */
function goBack(places: readonly Place[], dy: Tensor, end: number): { gradient: Tensor; next: number } {
  let gradient = dy;
  let i = places.length - 1;
  for (; i >= end; i--) {
    const { layer, stage } = places[i] as Place;
    const previous = places[i - 1]?.stage ?? null;
    const [behind, before] = [passed(stage), passed(previous)];
    // A normalisation has least trouble with it: it reads in order what stands as its input does.
    const isLeft = places[i - 2]?.stage?.backwardFrom !== undefined;
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
  return { gradient, next: i };
}

function passed(stage: Stage | null): ActivationOutput | null {
  return stage?.activation && stage.input ? { activation: stage.activation, output: stage.input } : null;
}
