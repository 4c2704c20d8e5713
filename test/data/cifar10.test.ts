import { describe, expect, it } from 'vitest';
import { ArrayDataset, DataFormatError, parseCifar10 } from '../../src/index.ts';
import { expectError } from '../helpers/errors.ts';

const RECORD = 3073;
const file = (classes: readonly number[]) =>
  Uint8Array.from({ length: classes.length * RECORD }, (_, i) =>
    i % RECORD === 0 ? (classes[i / RECORD] as number) : (i * 7) % 256,
  );

describe('parseCifar10', () => {
  it('takes classes and pictures apart', () => {
    const bytes = file([3, 0, 9]);
    const { inputs, inputShape, targets } = parseCifar10(bytes, 'batch');
    expect([...targets]).toEqual([3, 0, 9]);
    expect(inputShape).toEqual([3, 32, 32]);
    expect(inputs).toHaveLength(3 * 3072);
    expect(
      [0, 1, 2].every(i =>
        bytes.subarray(i * RECORD + 1, (i + 1) * RECORD).every((byte, p) => inputs[i * 3072 + p] === byte),
      ),
    ).toBe(true);
  });

  it('gives what an ArrayDataset takes', () => {
    const batch = new ArrayDataset(parseCifar10(file([3, 0]), 'batch')).batch(Uint32Array.of(1));
    expect([...batch.targets]).toEqual([0]);
    expect(batch.inputs[5]).toBe(Math.fround((((RECORD + 6) * 7) % 256) / 255));
  });

  it('refuses other lengths and classes, naming the file', () => {
    expectError(() => parseCifar10(new Uint8Array(), 'batch'), DataFormatError, 'batch: it is empty');
    for (const change of [-1, 1, -RECORD + 1]) {
      const bytes = new Uint8Array(2 * RECORD + change);
      expectError(() => parseCifar10(bytes, 'batch'), DataFormatError, 'batch', `${bytes.length} bytes`, '3073');
    }
    expectError(() => parseCifar10(file([1, 10]), 'batch'), DataFormatError, 'batch', 'picture 1', '10');
  });
});
