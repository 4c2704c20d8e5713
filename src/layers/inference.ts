import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';
import type { Norm, Stage } from './stage.ts';

// Networks in eval(): layers are joined to as few passes over the images as there are kernels for, and what passes between them is
// overwritten, or given back as soon as it has been read. The plan is made anew by each forward, since it takes less time than to make
// sure that an old one still holds (layers may be switched to train() one by one, methods may be replaced). What is worth keeping, the
// folded and prepared filters, is kept by the layers.

/** A pass: the stage of one layer with what it does for those after it. */
interface Step {
  readonly layer: Layer;
  /** null: a layer of which nothing is known but `forward`. */
  readonly stage: Stage | null;
  norm?: Norm;
  activation?: Stage['activation'];
}

/** A tensor, and whether nobody but its maker reads it. */
export interface Owned {
  readonly value: Tensor;
  readonly ours: boolean;
}

/** The forward pass of layers one after the other, in `eval()`. */
export function infer(layers: readonly Layer[], x: Tensor): Tensor {
  return scope(() => inferWithin(layers, x).value);
}

/** The same within a scope of the caller, which may then overwrite the result if it is its own. */
export function inferWithin(layers: readonly Layer[], x: Tensor): Owned {
  let [value, ours] = [x, false];
  for (const { layer, stage, norm, activation } of stepsOf(layers)) {
    if (!stage?.run) {
      // It may keep what it is given and what it returns: both stay until the scope ends.
      value = layer.forward(value);
      ours = false;
      continue;
    }
    const out = stage.inPlace && isOverwritable({ value, ours }) ? value : undefined;
    const next = stage.run(value, { norm, activation }, out);
    if (next === value) continue;
    if (ours && !stage.exposes) value.dispose();
    value = next;
    ours = true;
  }
  return { value, ours };
}

/** Whether another result may take its place: a view of somebody else's tensor (`Flatten`) may not be written to. */
export function isOverwritable({ value, ours }: Owned): boolean {
  return ours && !value.storage.shared;
}

/** Whether there are layers in it that may keep what they are given. */
export function exposes(layer: Layer): boolean {
  const stage = stageOf(layer);
  if (!stage) return true;
  return stage.run ? stage.exposes === true : layer.children.some(exposes);
}

function stepsOf(layers: readonly Layer[], steps: Step[] = []): Step[] {
  for (const layer of layers) {
    const stage = stageOf(layer);
    stage?.forget?.();
    if (stage && !stage.run) stepsOf(layer.children, steps);
    else if (!(stage && joins(steps.at(-1), stage))) steps.push({ layer, stage });
  }
  return steps;
}

/** Makes a layer part of the step before it, where that can do its work. */
function joins(last: Step | undefined, { norm, activation }: Stage): boolean {
  if (!last?.stage || last.activation) return false;
  if (norm && !last.norm && last.stage.takesNorm?.(norm)) {
    last.norm = norm;
    return true;
  }
  if (activation && last.stage.takesActivation) {
    last.activation = activation;
    return true;
  }
  return false;
}

/**
 * What a layer tells of itself, if it is in `eval()`. A stage speaks of the `forward` beside it: a class (or an object) that has
 * another forward, but inherits the stage, is one of which nothing is known.
 */
function stageOf(layer: Layer): Stage | null {
  if (layer.training) return null;
  let at: object = layer;
  while (!Object.hasOwn(at, 'forward')) at = Object.getPrototypeOf(at);
  return Object.hasOwn(at, 'inferenceStage') ? layer.inferenceStage : null;
}
