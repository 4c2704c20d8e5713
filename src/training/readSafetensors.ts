import { DataFormatError } from '../errors.ts';

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** A safetensors file of F32 and F64 tensors. @throws DataFormatError */
export function decodeSafetensors(
  bytes: Uint8Array,
  name = 'safetensors',
): { tensors: Map<string, StoredTensor>; metadata: Map<string, string> } {
  const refuse = (why: string): never => {
    throw new DataFormatError(why, name);
  };
  if (bytes.length < 8) refuse('too short for a safetensors file');
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerBytes > bytes.length - 8) refuse('the file ends within its header');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  } catch {
    refuse('its header is no JSON');
  }
  if (typeof header !== 'object' || header === null) refuse('its header is no JSON object');
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>;
  const tensors = new Map<string, StoredTensor>();
  for (const [key, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = Object(entry);
    const made = dtype === 'F32' ? Float32Array : dtype === 'F64' ? Float64Array : refuse(`${key}: dtype ${dtype}`);
    if (!Array.isArray(shape) || !Array.isArray(offsets)) refuse(`${key}: no shape or no offsets`);
    const [from, to] = offsets.map((offset: number) => 8 + headerBytes + offset);
    const size = shape.reduce((product: number, n: number) => product * n, 1);
    if (to > bytes.length || to - from !== size * made.BYTES_PER_ELEMENT) refuse(`${key}: the wrong number of bytes`);
    tensors.set(key, {
      dtype,
      shape,
      data: new made(bytes.slice(from, to).buffer),
    });
  }
  return { tensors, metadata: new Map(Object.entries((metadata ?? {}) as Record<string, string>)) };
}
