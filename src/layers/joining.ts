import type { Layer } from './layer.ts';
import type { Norm, Stage } from './stage.ts';

// Which layers of a network are joined to one pass: the one notion of it, for eval() and for training.

/** A layer of a network, whose inner networks are taken apart. */
export interface Place {
  readonly layer: Layer;
  /** null: a layer of which nothing is known but `forward` and `backward`. */
  readonly stage: Stage | null;
}

/** A pass: a layer with what it does for those after it. */
interface Step extends Place {
  norm?: Norm;
  activation?: Stage['activation'];
  /** Of the activation, be it the layer itself or one that was joined. */
  keep?: Stage['keep'];
}

/**
 * The passes of layers one after the other.
 *
 * @param training the mode; a layer that is in the other one is called as it is
 */
export function stepsOf(layers: readonly Layer[], training: boolean): Step[] {
  const steps: Step[] = [];
  const all = placesOf(layers, training, stage => {
    if (!training || !stage.run) stage.forget?.();
  });
  for (const [i, { layer, stage }] of all.entries()) {
    // A gradient is made of the activation's output, and stands as it does: that must not be the caller's, nor may a layer change it.
    const next = all[i + 1]?.stage;
    const isKept = stage?.keep !== undefined && Boolean(next && !next.changes);
    const last = steps.at(-1);
    const isJoined = (!training || isKept) && stage !== null && joins(last, stage, training);
    if (!isJoined) steps.push({ layer, stage });
    const step = isJoined ? last : steps.at(-1);
    if (training && isKept && step) step.keep = stage.keep;
  }
  return steps;
}

/** The layers with their stages. Inner networks are taken apart, and `visit` is told of every stage. */
export function placesOf(layers: readonly Layer[], training: boolean, visit?: (stage: Stage) => void): Place[] {
  return layers.flatMap(layer => {
    const stage = stageOf(layer, training);
    if (stage) visit?.(stage);
    return stage && !stage.run ? placesOf(layer.children, training, visit) : [{ layer, stage }];
  });
}

/**
 * What a layer tells of itself, if it is in this mode. A stage speaks of the `forward` (and `backward`) beside it: a class (or an
 * object) that has another one, but inherits the stage, is one of which nothing is known.
 */
export function stageOf(layer: Layer, training: boolean): Stage | null {
  if (layer.training !== training) return null;
  const owner = ownerOf(layer, 'forward');
  if (training && ownerOf(layer, 'backward') !== owner) return null;
  return Object.hasOwn(owner, 'stage') ? layer.stage : null;
}

function ownerOf(layer: Layer, method: 'forward' | 'backward'): object {
  let at: object = layer;
  while (!Object.hasOwn(at, method)) at = Object.getPrototypeOf(at);
  return at;
}

/** Whether what it is given in training may be another one afterwards. */
export function changes(layer: Layer): boolean {
  const stage = stageOf(layer, true);
  if (!stage) return true;
  return stage.run ? stage.changes === true : layer.children.some(changes);
}

/** Makes a layer part of the step before it, where that can do its work. */
function joins(last: Step | undefined, { norm, activation }: Stage, training: boolean): boolean {
  if (!last?.stage || last.activation) return false;
  // In training a normalisation is one by the batch.
  if (norm && !training && !last.norm && last.stage.takesNorm?.(norm)) {
    last.norm = norm;
    return true;
  }
  if (activation && last.stage.takesActivation) {
    last.activation = activation;
    return true;
  }
  return false;
}
