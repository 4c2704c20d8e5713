import { checkTensor, type Tensor } from '../tensor/tensor.ts';

/**
 * Tensors as a safetensors file: 8 bytes of header length, a JSON header, the elements in little-endian row-major order. Any
 * safetensors library reads it (Python: `safetensors.numpy.load_file`).
 *
 * @param tensors by name
 * @param metadata free text by key
 * @throws ForeignTensorError, DisposedError
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  if (metadata) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(name, tensor);
    const end = offset + tensor.data.byteLength;
    header[name] = {
      dtype: tensor.dtype === 'float32' ? 'F32' : 'F64',
      shape: tensor.shape,
      data_offsets: [offset, end],
    };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, as the format has it, so that the elements are aligned.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
