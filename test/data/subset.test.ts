import { describe, expect, it } from 'vitest';
import { ArgumentError, ArrayDataset, augment, type Batch, subset } from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';

const dataset = new ArrayDataset({
  inputs: Int32Array.of(0, 10, 20, 30, 40),
  inputShape: [1],
  targets: [0, 1, 2, 3, 4],
});
const all = (length: number) => Uint32Array.from({ length }, (_, i) => i);
const ids = (part: ReturnType<typeof subset>) => [...(part.batch(all(part.length), 0) as Batch).targets];

describe('subset', () => {
  it('takes indices in any order, once or several times', () => {
    for (const indices of [[4, 0, 4], Uint32Array.of(4, 0, 4), Int32Array.of(4, 0, 4)]) {
      const part = subset(dataset, indices);
      expect(part).toMatchObject({ length: 3, inputShape: [1], targetShape: null });
      const { inputs, targets } = part.batch(Uint32Array.of(2, 1), 0) as Batch;
      expect([...inputs]).toEqual([40, 0]);
      expect([...targets]).toEqual([4, 0]);
    }
    expect(ids(subset(dataset, []))).toEqual([]);
  });

  it('takes a range', () => {
    expect(ids(subset(dataset, 1, 3))).toEqual([1, 2]);
    expect(ids(subset(dataset, 3))).toEqual([3, 4]);
    expect(ids(subset(dataset, 0, 0))).toEqual([]);
    expect(ids(subset(dataset, 5))).toEqual([]);
  });

  it('may be taken of a subset', () => {
    expect(ids(subset(subset(dataset, [4, 3, 2, 1]), 1, 3))).toEqual([3, 2]);
  });

  it('keeps its own indices', () => {
    const indices = [1, 2];
    const part = subset(dataset, indices);
    indices[0] = 4;
    expect(ids(part)).toEqual([1, 2]);
  });

  it('hands on epoch and the batch to fill, and leaves random changes to the index in the dataset', () => {
    const images = new ArrayDataset({ inputs: Float32Array.from(all(160)), inputShape: [4, 4], targets: all(10) });
    const changed = augment(images, { seed: 7, flip: true, shift: 2 });
    const part = subset(changed, [8, 3, 5]);
    const into = part.batch(Uint32Array.of(1, 0), 0) as Batch;
    const { inputs } = into;
    const batch = part.batch(Uint32Array.of(0, 2), 3, into) as Batch;
    expect(batch).toEqual(changed.batch(Uint32Array.of(8, 5), 3));
    expect(batch.inputs).toBe(inputs);
  });

  it('refuses indices and ranges that do not fit', () => {
    for (const index of [5, -1, 0.5, Number.NaN, '1'])
      expectArgumentError(
        () => subset(dataset, [0, index as number]),
        ArgumentError,
        'indices',
        'indices[1]',
        '0 to 4',
      );
    for (const start of [-1, 6, 0.5])
      expectArgumentError(() => subset(dataset, start), ArgumentError, 'start', shown(start), '0 to 5');
    for (const end of [1, 6, 2.5])
      expectArgumentError(() => subset(dataset, 2, end), ArgumentError, 'end', shown(end), '2 to 5');
    for (const indices of [undefined, null, 'ab', {}])
      expectArgumentError(() => subset(dataset, indices as never), ArgumentError, 'indices');
    for (const none of [undefined, {}, { length: 3, inputShape: [1], targetShape: null }])
      expectArgumentError(() => subset(none as never, [0]), ArgumentError, 'dataset');
    expectArgumentError(() => subset(dataset, [0]).batch(Uint32Array.of(1), 0), ArgumentError, 'indices', '1 samples');
  });
});
