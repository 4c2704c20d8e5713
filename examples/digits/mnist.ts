import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataFormatError, parseIdx } from 'convasm';
import { CLASSES, type DigitData, type Digits } from './digits.ts';
import { InputError, reasonOf } from './errors.ts';
import { read } from './files.ts';

const SIZE = 28;
/** Twenty times the size of MNIST: what unpacks to more is no such file, and would only fill the memory. */
const MAX_UNPACKED_BYTES = 2 ** 30;

/**
 * Reads the four files of MNIST, or of a data set in the same form, from `folder`.
 *
 * They are found by the names that MNIST's files have, with `-idx` or `.idx` in the middle, gzipped or not.
 *
 * @throws InputError when a file is missing or cannot be read
 * @throws DataFormatError when a file is malformed or does not fit the others
 */
export function loadMnist(folder: string): DigitData {
  const present = listFolder(folder);
  return {
    train: loadSet(folder, present, 'train'),
    test: loadSet(folder, present, 't10k'),
    origin: `read from ${folder}`,
  };
}

function listFolder(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'ENOTDIR';
    throw new InputError(`cannot read the folder ${folder}: ${isFile ? 'it is not a folder' : reasonOf(error)}`);
  }
}

function loadSet(folder: string, present: ReadonlySet<string>, set: 'train' | 't10k'): Digits {
  const imageFile = findFile(folder, present, set, 'images', 3);
  const labelFile = findFile(folder, present, set, 'labels', 1);
  const images = readIdx(imageFile, 3);
  const labels = readIdx(labelFile, 1);

  const [count = 0, height = 0, width = 0] = images.shape;
  if (height !== SIZE || width !== SIZE) {
    throw new DataFormatError(`the images are ${height}x${width} pixels, not ${SIZE}x${SIZE}`, imageFile);
  }
  if (count === 0) throw new DataFormatError('there are no images in it', imageFile);
  if (labels.data.length !== count) {
    throw new DataFormatError(`${labels.data.length} labels for the ${count} images in ${imageFile}`, labelFile);
  }
  const wrong = labels.data.findIndex(label => label >= CLASSES);
  if (wrong >= 0) {
    throw new DataFormatError(`label ${wrong} is ${labels.data[wrong]}, not a digit from 0 to 9`, labelFile);
  }
  return { images: images.data, labels: labels.data, count, height, width };
}

function findFile(
  folder: string,
  present: ReadonlySet<string>,
  set: string,
  kind: 'images' | 'labels',
  rank: number,
): string {
  const names = ['-', '.'].flatMap(dot => {
    const name = `${set}-${kind}${dot}idx${rank}-ubyte`;
    return [name, `${name}.gz`];
  });
  const found = names.find(name => present.has(name));
  if (found === undefined) throw new InputError(`no ${names[0]} or ${names[1]} in the folder ${folder}`);
  return join(folder, found);
}

function readIdx(file: string, rank: number) {
  const bytes = read(file);
  const array = parseIdx(isGzip(bytes) ? unpack(bytes, file) : bytes, file, 'uint8');
  if (array.shape.length !== rank) {
    throw new DataFormatError(`it has ${array.shape.length} dimensions, not ${rank}`, file);
  }
  return array;
}

/** By content, not by name: what unpacks a download on the way often leaves the `.gz` in its name. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw new DataFormatError(`the gzip data are damaged (${(error as Error).message})`, file);
  }
}
