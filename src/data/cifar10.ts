import { DataFormatError } from '../errors.ts';

/** Pictures of CIFAR-10, as an `ArrayDataset` takes them. */
export interface Cifar10 {
  /** Brightness 0 to 255, [pictures, 3, 32, 32]: red, green, blue. */
  inputs: Uint8Array;
  inputShape: readonly [3, 32, 32];
  /** Class of each picture, 0 to 9. */
  targets: Uint8Array;
}

const PIXELS = 3 * 32 * 32;
const CLASSES = 10;

/**
 * Reads the binary version of CIFAR-10: for each picture a byte with its class, then 3072 with its red, green and blue plane. Several
 * of its files put together are such a file as well.
 *
 *     const train = new ArrayDataset(parseCifar10(bytes, 'data_batch_1.bin'));
 *
 * @param bytes the whole file, not compressed
 * @param name what to call the file in an error
 * @returns the pictures, copied out of `bytes`
 * @throws DataFormatError that names the file and what is wrong with it
 */
export function parseCifar10(bytes: Uint8Array, name: string): Cifar10 {
  const record = 1 + PIXELS;
  const count = bytes.length / record;
  if (count === 0) throw new DataFormatError('it is empty', name);
  if (!Number.isInteger(count)) {
    throw new DataFormatError(`${bytes.length} bytes long, which is no multiple of the ${record} of a picture`, name);
  }
  const inputs = new Uint8Array(count * PIXELS);
  const targets = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * record;
    const label = bytes[start] as number;
    if (label >= CLASSES) throw new DataFormatError(`the class of picture ${i} is ${label}, not 0 to 9`, name);
    targets[i] = label;
    inputs.set(bytes.subarray(start + 1, start + record), i * PIXELS);
  }
  return { inputs, inputShape: [3, 32, 32], targets };
}
