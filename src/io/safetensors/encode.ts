import { ArgumentError } from '../../errors.ts';
import { checkTensor, type Tensor } from '../../tensor/tensor.ts';
import { type ByName, entriesOf } from '../byName.ts';

/**
 * Tensors as a safetensors file: 8 bytes of header length, a JSON header, the elements in little-endian row-major order. Any
 * safetensors library reads it (Python: `safetensors.torch.load_file`). float64 tensors come first, so that the elements of each
 * are aligned.
 *
 * @param tensors by name, any but '__metadata__'
 * @param metadata free text by key
 * @throws ForeignTensorError, DisposedError, ArgumentError for names and texts that no file can hold
 */
export function encodeSafetensors(tensors: ByName<Tensor>, metadata?: ByName<string>): Uint8Array<ArrayBuffer> {
  const all = entriesOf('tensors', tensors);
  for (const [name, tensor] of all) {
    checkText('tensors', name);
    if (name === '__metadata__') throw new ArgumentError('tensors', name, 'another name: it stands for the metadata');
    checkTensor(name, tensor);
  }
  all.sort(([, a], [, b]) => elementBytes(b) - elementBytes(a));

  const header: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', checkedMetadata(metadata)]];
  let offset = 0;
  for (const [name, tensor] of all) {
    const end = offset + tensor.size * elementBytes(tensor);
    const dtype = tensor.dtype === 'float32' ? 'F32' : 'F64';
    header.push([name, { dtype, shape: tensor.shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // Not by assignment, to which the name '__proto__' would be no name.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Padded with spaces, as the format has it, so that the elements are aligned.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { data }] of all) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function elementBytes({ dtype }: Tensor): number {
  return dtype === 'float32' ? 4 : 8;
}

function checkedMetadata(metadata: ByName<string>): Record<string, string> {
  const texts = entriesOf('metadata', metadata);
  for (const [key, text] of texts) {
    checkText('metadata', key);
    if (typeof text !== 'string') throw new ArgumentError(`metadata[${JSON.stringify(key)}]`, text, 'a string');
    checkText(`metadata[${JSON.stringify(key)}]`, text);
  }
  return Object.fromEntries(texts);
}

/** Half of a pair of surrogates has no form in UTF-8. */
function checkText(argument: string, text: string): void {
  if (/\p{Cs}/u.test(text)) throw new ArgumentError(argument, text, 'valid Unicode, without halves of surrogate pairs');
}
