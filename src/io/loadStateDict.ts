import { ArgumentError, DTypeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { rememberModes } from '../layers/modes.ts';
import { runtime } from '../runtime/init.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { checkTensor, makeContiguous, Tensor } from '../tensor/tensor.ts';
import { type ByName, entriesOf } from './byName.ts';
import type { StoredTensor } from './safetensors/decode.ts';
import { stateDict } from './stateDict.ts';

export interface LoadStateDictOptions {
  /** Whether every tensor of the network has to be among `tensors`, and none besides. Default true. */
  strict?: boolean;
  /** The network's name of what is called `name` in `tensors`; null for what is to be left out. Default: the same name. */
  rename?: (name: string) => string | null;
}

/** What did not fit, for `strict: false`. */
export interface LoadStateDictResult {
  /** Tensors of the network that stayed as they were. */
  readonly missing: string[];
  /** Names (after `rename`) that the network does not have. */
  readonly unexpected: string[];
}

type Source = Tensor | StoredTensor;
type Floats = Float32Array | Float64Array;

/**
 * Copies values into the parameters and buffers of a network, by the names of `stateDict`, which are PyTorch's. The tensors of the
 * network stay the same, so an optimizer goes on with them; layers in `eval()` take the new values at once. All is checked before the
 * first value is written.
 *
 * float64 is rounded to float32, and float32 widened, where the network's type is the other one; F16 and BF16 are read, integers
 * refused. PyTorch's 'num_batches_tracked' of a batch normalisation is passed over. Shapes have to be equal.
 *
 * @param tensors tensors, or what `decodeSafetensors` read, by name
 * @returns what was missing or unexpected: nothing, when strict
 * @throws ArgumentError for names that are missing, unexpected or there twice; ShapeError, DTypeError, ForeignTensorError, DisposedError,
 *   OutOfMemoryError; the network is then as it was
 */
export function loadStateDict(
  net: Layer,
  tensors: ByName<Source>,
  { strict = true, rename = name => name }: LoadStateDictOptions = {},
): LoadStateDictResult {
  const targets = new Map(Object.entries(stateDict(net)));
  for (const [name, target] of targets) checkTensor(name, target);
  const sources = renamed(tensors, rename);
  const missing = [...targets.keys()].filter(name => !sources.has(name));
  const unexpected = [...sources.keys()].filter(name => !targets.has(name) && !isCounter(name, targets));
  if (strict) checkComplete(missing, unexpected, targets);

  const pairs: { target: Tensor; source: Source }[] = [];
  for (const [name, target] of targets) {
    const source = sources.get(name);
    if (source === undefined) continue;
    checkSource(name, source, target);
    pairs.push({ target, source });
  }
  const values = hostCopies(pairs.map(({ source }) => source));
  const restoreModes = rememberModes(net);
  // In train() layers give up what they made of their old parameters in eval().
  net.train();
  try {
    for (const { target } of pairs) makeContiguous(target);
    for (const { target, source } of pairs) target.data.set(values.get(source) as Floats);
  } finally {
    restoreModes();
  }
  return { missing, unexpected };
}

function renamed(tensors: ByName<Source>, rename: (name: string) => string | null): Map<string, Source> {
  const result = new Map<string, Source>();
  for (const [name, source] of entriesOf('tensors', tensors)) {
    const wanted = rename(name);
    if (wanted === null) continue;
    if (typeof wanted !== 'string')
      throw new ArgumentError('rename', wanted, `a string or null, for ${JSON.stringify(name)}`);
    if (result.has(wanted)) throw new ArgumentError('rename', wanted, 'another name for each tensor: two got this one');
    result.set(wanted, source);
  }
  return result;
}

/** PyTorch's count of the batches that the running statistics have seen, which only its momentum=None makes use of. */
function isCounter(name: string, targets: ReadonlyMap<string, Tensor>): boolean {
  const [, prefix] = /^(.*)num_batches_tracked$/s.exec(name) ?? [];
  return prefix !== undefined && targets.has(`${prefix}running_mean`);
}

function checkComplete(missing: string[], unexpected: string[], targets: ReadonlyMap<string, Tensor>): void {
  if (missing.length > 0) {
    const allowed = 'a tensor for each of the network (strict: false leaves the others as they are)';
    throw new ArgumentError('tensors', `no ${list(missing)}`, allowed);
  }
  if (unexpected.length > 0) {
    const allowed = `none but the network's: ${list([...targets.keys()])} (strict: false passes others over)`;
    throw new ArgumentError('tensors', list(unexpected), allowed);
  }
}

function checkSource(name: string, source: Source, target: Tensor): void {
  const label = `tensors[${JSON.stringify(name)}]`;
  if (!isStored(source)) checkTensor(label, source);
  checkSameShape(label, source.shape, target.shape);
  if (!(source.data instanceof Float32Array || source.data instanceof Float64Array))
    throw new DTypeError(label, source.dtype, `floating-point numbers, to become ${target.dtype}`);
  if (source.data.length !== target.size)
    throw new ArgumentError(`${label}.data`, source.data, `${target.size} numbers, as its shape says`);
}

function isStored(source: Source): source is StoredTensor {
  return !(source instanceof Tensor) && Array.isArray(source?.shape) && ArrayBuffer.isView(source.data);
}

/**
 * The values outside linear memory: in it they may be those that are overwritten (where two layers swap theirs), and views end where
 * it grows. Stored values first, since to bring a tensor in order takes memory.
 */
function hostCopies(sources: readonly Source[]): Map<Source, Floats> {
  const copies = new Map<Source, Floats>();
  for (const source of sources) {
    if (source instanceof Tensor) continue;
    const data = source.data as Floats;
    copies.set(source, data.buffer === runtime().memory.buffer ? data.slice() : data);
  }
  for (const source of sources) if (source instanceof Tensor) copies.set(source, source.data.slice());
  return copies;
}

function list(names: readonly string[]): string {
  const most = 12;
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
