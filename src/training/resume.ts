import { ArgumentError, DataFormatError, DTypeError } from '../errors.ts';
import { decodeSafetensors, type StoredTensor } from '../io/safetensors/decode.ts';
import type { Layer } from '../layers/layer.ts';
import { namedLayers } from '../layers/namedLayers.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { OptimizerState } from '../optimizers/state.ts';
import { tensor } from '../tensor/create.ts';
import type { DType } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { FORMAT, layerStates } from './checkpoint.ts';
import type { Best, EarlyStop } from './earlyStop.ts';
import { batchesOf, type EpochReport, type Plan, type Position } from './position.ts';
import { JsonRecord } from './record.ts';
import { setWeights, type Weights, weightsOf } from './weights.ts';

type Stored = ReadonlyMap<string, StoredTensor>;

/**
 * Brings a network, its optimizer and early stop to where the checkpoint was made, and tells where that was. All is checked before
 * anything is changed.
 *
 * @throws DataFormatError if it is no checkpoint; ArgumentError, ShapeError, DTypeError if it is one of another training;
 *   OutOfMemoryError
 */
export function resume(
  bytes: Uint8Array,
  net: Layer,
  optimizer: Optimizer,
  plan: Plan,
  earlyStop: EarlyStop | null,
): Position {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError('resume', bytes, 'the Uint8Array of a checkpoint');
  const { tensors, metadata } = decodeSafetensors(bytes, 'resume');
  const training = parse(metadata);
  checkPlan(training.record('plan'), plan);
  const position = readPosition(training.record('position'), batchesOf(plan));
  const weights = below(tensors, ['parameters.', 'buffers.'], '');
  checkWeights(weights, net, '');
  const best = earlyStop ? readBest(training, below(tensors, ['best.'], 'best.'), earlyStop, net) : null;
  const { learningRate, state } = readOptimizer(training.record('optimizer'), optimizer);
  const moving = below(tensors, ['optimizer.'], 'optimizer.');
  const undo = setStates(net, training.record('layers'));
  try {
    scope(() => {
      const made = [...moving].map(([name, entry]) => [
        name,
        tensor(valuesOf(name, entry), entry.shape, dtypeOf(entry)),
      ]);
      optimizer.load({ ...state, tensors: Object.fromEntries(made) });
    });
  } catch (error) {
    undo();
    throw error;
  }
  optimizer.learningRate = learningRate;
  setWeights(net, allValues(weights));
  if (earlyStop) earlyStop.best = best;
  return position;
}

function parse(metadata: ReadonlyMap<string, string>): JsonRecord {
  if (metadata.get('format') !== FORMAT)
    throw new DataFormatError(
      `a safetensors file, but no checkpoint: its metadata has no format '${FORMAT}'`,
      'resume',
    );
  let value: unknown;
  try {
    value = JSON.parse(metadata.get('training') ?? '');
  } catch {
    throw new DataFormatError("the metadata 'training' is no JSON", 'resume');
  }
  return new JsonRecord(value, 'training');
}

function checkPlan(saved: JsonRecord, plan: Plan): void {
  const was: Plan = {
    samples: saved.count('samples'),
    batchSize: saved.count('batchSize'),
    shuffle: saved.boolean('shuffle'),
    dropLast: saved.boolean('dropLast'),
    seed: saved.number('seed'),
  };
  if (was.samples !== plan.samples) throw new ArgumentError('data.length', plan.samples, told(was.samples));
  for (const name of ['batchSize', 'shuffle', 'dropLast', 'seed'] as const)
    if (was[name] !== plan[name]) throw new ArgumentError(name, plan[name], told(was[name]));
}

function readPosition(saved: JsonRecord, batches: number): Position {
  const meter = saved.record('meter');
  const position = {
    epoch: saved.count('epoch'),
    batch: saved.count('batch'),
    steps: saved.count('steps'),
    meter: {
      samples: meter.count('samples'),
      loss: meter.number('loss'),
      correct: meter.has('correct') ? meter.count('correct') : null,
      seconds: meter.number('seconds'),
    },
    history: saved.records('history').map(readReport),
  };
  const { epoch, batch, history } = position;
  if (batch > batches || history.length !== epoch)
    throw new DataFormatError(
      `position: ${epoch} epochs with ${history.length} reports, batch ${batch} of ${batches}`,
      'resume',
    );
  return position;
}

function readReport(saved: JsonRecord): EpochReport {
  const means = (from: JsonRecord) => ({
    loss: from.number('loss'),
    ...(from.has('accuracy') ? { accuracy: from.number('accuracy') } : {}),
  });
  return {
    epoch: saved.count('epoch'),
    ...means(saved),
    ...(saved.has('validation') ? { validation: means(saved.record('validation')) } : {}),
    seconds: saved.number('seconds'),
    samplesPerSecond: saved.number('samplesPerSecond'),
  };
}

/** @throws unless `weights` are those of a network like `net` */
function checkWeights(weights: Stored, net: Layer, prefix: string): void {
  const own = Object.entries(weightsOf(net));
  for (const [name, { shape, dtype }] of own) {
    const label = `resume['${prefix}${name}']`;
    const saved = weights.get(name);
    if (!saved) throw new ArgumentError(label, saved, 'a tensor in the checkpoint, since the network has it');
    checkSameShape(label, saved.shape, shape);
    if (dtypeOf(saved) !== dtype) throw new DTypeError(label, saved.dtype, `${dtype}, that of the network`);
  }
  const known = new Set(own.map(([name]) => name));
  for (const name of weights.keys())
    if (!known.has(name))
      throw new ArgumentError('resume', `${prefix}${name}`, 'a checkpoint of this network, which has no such tensor');
}

function readBest(training: JsonRecord, weights: Stored, earlyStop: EarlyStop, net: Layer): Best | null {
  if (!training.has('best')) return null;
  const saved = training.record('best');
  const monitor = saved.string('monitor');
  if (monitor !== earlyStop.monitor) throw new ArgumentError('earlyStop.monitor', earlyStop.monitor, told(monitor));
  if (earlyStop.restoreBest) {
    if (weights.size === 0)
      throw new ArgumentError('earlyStop.restoreBest', true, 'false: the checkpoint has no weights of the best epoch');
    checkWeights(weights, net, 'best.');
  }
  return {
    monitor: earlyStop.monitor,
    value: saved.number('value'),
    epoch: saved.count('epoch'),
    weights: earlyStop.restoreBest ? allValues(weights) : null,
  };
}

function readOptimizer(saved: JsonRecord, optimizer: Optimizer) {
  const kind = saved.string('kind');
  if (kind !== optimizer.kind)
    throw new ArgumentError('optimizer', optimizer.kind, `${kind}, of which the checkpoint is`);
  const learningRate = saved.number('learningRate');
  if (!(Number.isFinite(learningRate) && learningRate >= 0))
    throw new DataFormatError(`the learning rate is ${learningRate}`, 'resume');
  return { learningRate, state: { steps: saved.any('steps') } as Pick<OptimizerState, 'steps'> };
}

/** Sets the states of all layers; the function that it returns takes that back. */
function setStates(net: Layer, saved: JsonRecord): () => void {
  const layers = new Map([...namedLayers(net)].map(({ path, layer }) => [path, layer]));
  const before = layerStates(net);
  const [had, has] = [saved.names.sort(), Object.keys(before).sort()];
  if (String(had) !== String(has))
    throw new ArgumentError('net', `layers with a state: ${has.join(', ') || 'none'}`, told(had.join(', ') || 'none'));
  const set = (name: string, state: unknown) => {
    (layers.get(name) as Layer).state = state;
  };
  const undo = () => {
    for (const name of has) set(name, before[name]);
  };
  try {
    for (const name of has) set(name, saved.any(name));
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}

/** Those whose names begin with one of `prefixes`, without `cut` in front. */
function below(tensors: Stored, prefixes: readonly string[], cut: string): Stored {
  const found = [...tensors].filter(([name]) => prefixes.some(prefix => name.startsWith(prefix)));
  return new Map(found.map(([name, entry]) => [name.slice(cut.length), entry]));
}

/** Copies: the file stays the caller's. */
function allValues(stored: Stored): Weights {
  return Object.fromEntries([...stored].map(([name, entry]) => [name, valuesOf(name, entry).slice()]));
}

function valuesOf(name: string, { data, dtype }: StoredTensor): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new DTypeError(`resume['${name}']`, dtype, "'F32' or 'F64'");
}

function dtypeOf({ dtype }: StoredTensor): DType | undefined {
  return dtype === 'F32' ? 'float32' : dtype === 'F64' ? 'float64' : undefined;
}

function told(value: unknown): string {
  return `${value}, as the checkpoint has it`;
}
