import { describe, expect, it } from 'vitest';
import { Batcher, type Dataset, measureNormalisation, picture, take } from '../../examples/digits/dataset.ts';

/** Five pictures of 1x2 pixels. */
const DATA: Dataset = {
  images: Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 0, 255, 255),
  labels: Uint8Array.of(0, 1, 2, 3, 4),
  count: 5,
  height: 1,
  width: 2,
};

describe('measureNormalisation', () => {
  it('makes the mean 0 and the deviation 1', () => {
    const normalisation = measureNormalisation(DATA);
    const { inputs } = new Batcher(DATA, 5, normalisation).gather(Uint32Array.of(0, 1, 2, 3, 4), 0);
    const mean = inputs.reduce((sum, x) => sum + x, 0) / inputs.length;
    const squares = inputs.reduce((sum, x) => sum + x * x, 0) / inputs.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(squares).toBeCloseTo(1, 6);
  });

  it('stays finite for pictures of one single grey', () => {
    const { mean, deviation } = measureNormalisation({ ...DATA, images: new Uint8Array(10).fill(51) });
    expect(mean).toBeCloseTo(0.2, 9);
    expect(deviation).toBeCloseTo(1 / 255, 9);
  });
});

describe('Batcher', () => {
  const batcher = new Batcher(DATA, 2, { mean: 0.2, deviation: 0.4 });
  const order = Uint32Array.of(4, 2, 0, 1, 3);

  it('gathers pictures and labels in the given order', () => {
    const { inputs, labels, count } = batcher.gather(order, 0);
    expect(count).toBe(2);
    expect([...labels]).toEqual([4, 2]);
    const expected = [1, 1, 0.8, 1].map(brightness => (brightness - 0.2) / 0.4);
    expect([...inputs]).toEqual(expected.map(value => expect.closeTo(value, 6)));
  });

  it('makes the last batch as short as it has to be', () => {
    const { inputs, labels, count } = batcher.gather(order, 4);
    expect(count).toBe(1);
    expect([...labels]).toEqual([3]);
    expect(inputs.length).toBe(2);
  });
});

describe('take and picture', () => {
  it('share the memory of the whole', () => {
    const two = take(DATA, 2);
    expect(two).toMatchObject({ count: 2, height: 1, width: 2 });
    expect([...two.images]).toEqual([0, 51, 102, 153]);
    expect([...two.labels]).toEqual([0, 1]);
    expect(two.images.buffer).toBe(DATA.images.buffer);
    expect([...picture(DATA, 2)]).toEqual([204, 255]);
  });
});
