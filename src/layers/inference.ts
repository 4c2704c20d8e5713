import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { stageOf, stepsOf } from './joining.ts';
import type { Layer } from './layer.ts';

// Networks in eval(): layers are joined to as few passes over the images as there are kernels for, and what passes between them is
// overwritten, or given back as soon as it has been read. The plan is made anew by each forward, since it takes less time than to make
// sure that an old one still holds (layers may be switched to train() one by one, methods may be replaced). What is worth keeping, the
// folded and prepared filters, is kept by the layers.

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
  for (const { layer, stage, norm, activation } of stepsOf(layers, false)) {
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
  const stage = stageOf(layer, false);
  if (!stage) return true;
  return stage.run ? stage.exposes === true : layer.children.some(exposes);
}
