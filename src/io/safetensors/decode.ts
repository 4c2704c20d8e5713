import { ArgumentError, DataFormatError } from '../../errors.ts';
import {
  elementBytes,
  isStoredDType,
  readElements,
  type StoredData,
  type StoredDType,
  storedDTypes,
} from './elements.ts';
import { type HeaderEntry, type Refuse, readHeader, shown } from './header.ts';

/** A tensor as it is in a file, outside linear memory. */
export interface StoredTensor {
  /** What the file calls its element type. */
  readonly dtype: StoredDType;
  /** Sizes of the dimensions: whole numbers of at least 0; none for a scalar. */
  readonly shape: readonly number[];
  /** The elements in row-major order: a view of the file where they are aligned in it, else a copy. */
  readonly data: StoredData;
}

/** What a safetensors file holds. Names are the file's own: any string. */
export interface Safetensors {
  /** By name, in the header's order. */
  readonly tensors: Map<string, StoredTensor>;
  /** Free text by key. */
  readonly metadata: Map<string, string>;
}

const LENGTH_BYTES = 8;
/** The reference implementation reads no longer header either. */
const MOST_HEADER_BYTES = 100_000_000;

/**
 * Reads a safetensors file. All of it is checked before anything is made of it: a header of valid JSON with no name twice, and
 * tensors that follow one another without gap or overlap to the very end of the file. F32, F64, F16 and BF16 (as float32), BOOL and all
 * integer types are read. It touches no linear memory and works before `init`.
 *
 * @param bytes the whole file; it may begin anywhere in its buffer
 * @param name what to call the file in an error. Default 'safetensors file'
 * @throws DataFormatError that names the file and what is wrong with it; ArgumentError
 */
export function decodeSafetensors(bytes: Uint8Array, name = 'safetensors file'): Safetensors {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError('bytes', bytes, 'a Uint8Array');
  const refuse: Refuse = problem => {
    throw new DataFormatError(problem, name);
  };
  const start = headerEnd(bytes, refuse);
  const { entries, metadata } = readHeader(headerText(bytes.subarray(LENGTH_BYTES, start), refuse), refuse);
  checkPlaces(entries, bytes.length - start, refuse);
  const checked = Array.from(entries, ([key, entry]) => [key, entry, checkElements(key, entry, refuse)] as const);
  const tensors = new Map<string, StoredTensor>();
  for (const [key, { shape, begin, end }, dtype] of checked)
    tensors.set(key, { dtype, shape, data: readElements(dtype, bytes.subarray(start + begin, start + end)) });
  return { tensors, metadata };
}

/** Where the elements begin. */
function headerEnd(bytes: Uint8Array, refuse: Refuse): number {
  const { length } = bytes;
  if (length < LENGTH_BYTES) return refuse(`only ${length} bytes long, which is too short for a safetensors file`);
  const announced = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (announced > MOST_HEADER_BYTES)
    return refuse(
      `it announces a header of ${announced} bytes, more than ${MOST_HEADER_BYTES}: not a safetensors file`,
    );
  const end = LENGTH_BYTES + Number(announced);
  if (end > length) return refuse(`it ends inside its header (${length} of ${end} bytes)`);
  return end;
}

function headerText(header: Uint8Array, refuse: Refuse): string {
  if (header[0] !== 0x7b) return refuse("its header does not begin with '{'");
  try {
    // A copy: decoders refuse shared memory.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(header));
  } catch {
    return refuse('its header is not valid UTF-8');
  }
}

/** The tensors' bytes follow one another, in whatever order the header names them, and are all that there is. */
function checkPlaces(entries: ReadonlyMap<string, HeaderEntry>, size: number, refuse: Refuse): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of sorted) {
    if (end < begin) refuse(`${shown(name)} ends before it begins: data_offsets [${begin}, ${end}]`);
    if (begin !== at) {
      const fault = begin > at ? `leaves a gap after the one before` : `overlaps the one before`;
      refuse(`${shown(name)} ${fault}: it begins at byte ${begin}, not ${at}`);
    }
    at = end;
  }
  if (at === size) return;
  const fault = at > size ? 'the file is truncated' : 'there is something after the tensors';
  refuse(`its header promises ${at} bytes of tensors, but it is followed by ${size}: ${fault}`);
}

/** The element type, which is one that can be read and fits the tensor's shape and bytes. */
function checkElements(name: string, { dtype, shape, begin, end }: HeaderEntry, refuse: Refuse): StoredDType {
  if (!isStoredDType(dtype))
    return refuse(`${shown(name)} has the dtype ${shown(dtype)}, not one of ${storedDTypes()}`);
  let bytes = elementBytes(dtype);
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes))
      return refuse(`the shape of ${shown(name)} has more elements than a file can hold`);
  }
  if (bytes !== end - begin)
    return refuse(`${shown(name)} has ${end - begin} bytes, but ${dtype} [${list(shape)}] needs ${bytes}`);
  return dtype;
}

function list(shape: readonly number[]): string {
  return shape.length > 16 ? `${shape.slice(0, 16).join(', ')}, ...` : shape.join(', ');
}
