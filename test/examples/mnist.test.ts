import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataFormatError } from 'convasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../examples/digits/errors.ts';
import { loadMnist } from '../../examples/digits/mnist.ts';

const TRAIN_IMAGES = 'train-images-idx3-ubyte';
const TRAIN_LABELS = 'train-labels-idx1-ubyte';
const TEST_IMAGES = 't10k-images-idx3-ubyte';
const TEST_LABELS = 't10k-labels-idx1-ubyte';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-mnist-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function idx(shape: readonly number[], value: (index: number) => number): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  shape.forEach((dimension, axis) => {
    header.setUint32(4 + 4 * axis, dimension);
  });
  const size = shape.reduce((a, b) => a * b, 1);
  return Buffer.concat([new Uint8Array(header.buffer), Uint8Array.from({ length: size }, (_, i) => value(i))]);
}

const images = (count: number, height = 28, width = 28) => idx([count, height, width], i => i % 251);
const labels = (count: number) => idx([count], i => i % 10);

/** Writes a good set of files, with some of them replaced: by other bytes, or by nothing. */
function write(replaced: Record<string, Uint8Array | undefined> = {}): void {
  const files = {
    [TRAIN_IMAGES]: images(12),
    [TRAIN_LABELS]: labels(12),
    [TEST_IMAGES]: images(3),
    [TEST_LABELS]: labels(3),
    ...replaced,
  };
  for (const [name, bytes] of Object.entries(files)) if (bytes) writeFileSync(join(folder, name), bytes);
}

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('loadMnist reads', () => {
  const check = () => {
    const { train, test } = loadMnist(folder);
    expect(train).toMatchObject({ count: 12, height: 28, width: 28 });
    expect(test.count).toBe(3);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect([...test.labels]).toEqual([0, 1, 2]);
    expect(train.images.length).toBe(12 * 784);
    expect([...train.images.subarray(784, 788)]).toEqual([784 % 251, 785 % 251, 786 % 251, 787 % 251]);
  };

  it('plain files', () => {
    write();
    check();
  });

  it('gzipped files', () => {
    const files = {
      [TRAIN_IMAGES]: images(12),
      [TRAIN_LABELS]: labels(12),
      [TEST_IMAGES]: images(3),
      [TEST_LABELS]: labels(3),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes));
    check();
  });

  it('the names with a dot, mixed with others', () => {
    write({
      [TRAIN_IMAGES]: undefined,
      'train-images.idx3-ubyte': images(12),
      [TEST_LABELS]: undefined,
      't10k-labels.idx1-ubyte.gz': gzipSync(labels(3)),
    });
    check();
  });

  it('by content: gzip without .gz, and plain with it', () => {
    write({ [TRAIN_IMAGES]: gzipSync(images(12)), [TRAIN_LABELS]: undefined, [`${TRAIN_LABELS}.gz`]: labels(12) });
    check();
  });

  it('the plain file where there is a gzipped one too', () => {
    write({ [`${TRAIN_IMAGES}.gz`]: Uint8Array.of(1, 2, 3) });
    check();
  });
});

describe('loadMnist refuses', () => {
  const damagedGzip = gzipSync(images(12));
  const checksum = damagedGzip.length - 8;
  damagedGzip.writeUInt32LE(~damagedGzip.readUInt32LE(checksum) >>> 0, checksum);
  const cases: { what: string; files: Record<string, Uint8Array | undefined>; source: string; says: RegExp }[] = [
    { what: 'an empty file', files: { [TRAIN_IMAGES]: new Uint8Array() }, source: TRAIN_IMAGES, says: /0 bytes long/ },
    {
      what: 'another kind of file',
      files: { [TEST_IMAGES]: Buffer.from('<html></html>') },
      source: TEST_IMAGES,
      says: /not an IDX file/,
    },
    {
      what: 'another element type',
      files: { [TRAIN_LABELS]: Uint8Array.of(0, 0, 0x0c, 1, 0, 0, 0, 0) },
      source: TRAIN_LABELS,
      says: /element type/,
    },
    {
      what: 'a truncated file',
      files: { [TRAIN_IMAGES]: images(12).subarray(0, 5000) },
      source: TRAIN_IMAGES,
      says: /truncated/,
    },
    {
      what: 'a file that is too long',
      files: { [TEST_LABELS]: Buffer.concat([labels(3), Uint8Array.of(1)]) },
      source: TEST_LABELS,
      says: /something after/,
    },
    {
      what: 'truncated gzip data',
      files: { [TRAIN_IMAGES]: gzipSync(images(12)).subarray(0, 100) },
      source: TRAIN_IMAGES,
      says: /gzip data are damaged/,
    },
    {
      what: 'gzip data with a wrong checksum',
      files: { [TRAIN_IMAGES]: damagedGzip },
      source: TRAIN_IMAGES,
      says: /gzip data are damaged/,
    },
    {
      what: 'gzip data of a truncated file',
      files: { [TRAIN_IMAGES]: gzipSync(images(12).subarray(0, 5000)) },
      source: TRAIN_IMAGES,
      says: /truncated/,
    },
    {
      what: 'fewer labels than images',
      files: { [TRAIN_LABELS]: labels(11) },
      source: TRAIN_LABELS,
      says: /11 labels for the 12 images in .*train-images/,
    },
    {
      what: 'more labels than images',
      files: { [TEST_LABELS]: labels(4) },
      source: TEST_LABELS,
      says: /4 labels for the 3 images in .*t10k-images/,
    },
    {
      what: 'images of another size',
      files: { [TEST_IMAGES]: images(3, 28, 32) },
      source: TEST_IMAGES,
      says: /28x32 pixels, not 28x28/,
    },
    {
      what: 'no images',
      files: { [TEST_IMAGES]: images(0), [TEST_LABELS]: labels(0) },
      source: TEST_IMAGES,
      says: /no images/,
    },
    {
      what: 'a label that is no digit',
      files: { [TRAIN_LABELS]: idx([12], i => i) },
      source: TRAIN_LABELS,
      says: /label 10 is 10, not a digit/,
    },
    {
      what: 'labels in place of images',
      files: { [TRAIN_IMAGES]: labels(12) },
      source: TRAIN_IMAGES,
      says: /1 dimensions, not 3/,
    },
    {
      what: 'images in place of labels',
      files: { [TEST_LABELS]: images(3) },
      source: TEST_LABELS,
      says: /3 dimensions, not 1/,
    },
  ];
  for (const { what, files, source, says } of cases) {
    it(what, () => {
      write(files);
      const error = errorOf(() => loadMnist(folder));
      expect(error).toBeInstanceOf(DataFormatError);
      expect(error.message).toContain(join(folder, source));
      expect(error.message).toMatch(says);
    });
  }

  for (const name of [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS]) {
    it(`a folder without ${name}`, () => {
      write({ [name]: undefined });
      const error = errorOf(() => loadMnist(folder));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toBe(`no ${name} or ${name}.gz in the folder ${folder}`);
    });
  }

  it('a folder that does not exist', () => {
    const missing = join(folder, 'nowhere');
    const error = errorOf(() => loadMnist(missing));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(`cannot read the folder ${missing}: it does not exist`);
  });

  it('a file in place of the folder', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const error = errorOf(() => loadMnist(file));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(`cannot read the folder ${file}: it is not a folder`);
  });

  it('a folder in place of a file', () => {
    write({ [TEST_LABELS]: undefined });
    mkdirSync(join(folder, TEST_LABELS));
    const error = errorOf(() => loadMnist(folder));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(`cannot read ${join(folder, TEST_LABELS)}: it is a folder`);
  });
});
