import { describe, expect, it } from 'vitest';
import { type Digits, datasetOf, picture, take } from '../../examples/digits/digits.ts';

/** Five pictures of 1x2 pixels. */
const DIGITS: Digits = {
  images: Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 0, 255, 255),
  labels: Uint8Array.of(0, 1, 2, 3, 4),
  count: 5,
  height: 1,
  width: 2,
};

describe('datasetOf', () => {
  it('has the pictures from 0 to 1, and their labels', () => {
    const dataset = datasetOf(DIGITS);
    expect(dataset.length).toBe(5);
    expect(dataset.inputShape).toEqual([1, 1, 2]);
    const { inputs, targets } = dataset.batch(Uint32Array.of(4, 1));
    expect([...inputs]).toEqual([1, 1, 0.4, 0.6].map(Math.fround));
    expect([...targets]).toEqual([4, 1]);
  });
});

describe('take and picture', () => {
  it('share the memory of the whole', () => {
    const two = take(DIGITS, 2);
    expect(two).toMatchObject({ count: 2, height: 1, width: 2 });
    expect([...two.images]).toEqual([0, 51, 102, 153]);
    expect([...two.labels]).toEqual([0, 1]);
    expect(two.images.buffer).toBe(DIGITS.images.buffer);
    expect([...picture(DIGITS, 2)]).toEqual([204, 255]);
  });
});
