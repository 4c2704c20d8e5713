import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArgumentError, ArrayDataset, type Batch, batches, type Dataset, ShapeError } from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';

const datasetOf = (length: number) =>
  new ArrayDataset({
    inputs: Float32Array.from({ length }, (_, i) => i / 2),
    inputShape: [1],
    targets: Int32Array.from({ length }, (_, i) => i),
  });

/** A dataset of promises that the test keeps or breaks, in the order in which they were asked for. */
class Promised implements Dataset {
  readonly length: number;
  readonly inputShape = [1];
  readonly targetShape = null;
  readonly asked: { ids: number[]; epoch: number; into: Batch | undefined; keep(): void; fail(error: Error): void }[] =
    [];
  readonly #inner: ArrayDataset;

  constructor(length: number) {
    this.length = length;
    this.#inner = datasetOf(length);
  }

  batch(indices: Uint32Array, epoch: number, into?: Batch): Promise<Batch> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        ids: [...indices],
        epoch,
        into,
        keep: () => resolve(this.#inner.batch(indices, epoch, into)),
        fail: reject,
      });
    });
  }

  keepAll(): void {
    for (const { keep } of this.asked) keep();
  }
}

/** Long enough for all that is ready to happen, and for a rejection that nobody handles to be reported. */
const settled = () => new Promise(resolve => setTimeout(resolve, 5));
const idsOf = async (source: AsyncIterable<Batch>) => {
  const ids: number[][] = [];
  for await (const { targets } of source) ids.push([...targets]);
  return ids;
};

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await settled();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe('batches', () => {
  it('are those of the order, the last one with what is left', async () => {
    expect(await idsOf(batches(datasetOf(5), { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
    expect(await idsOf(batches(datasetOf(5), { batchSize: 9 }))).toEqual([[0, 1, 2, 3, 4]]);
    expect(await idsOf(batches(datasetOf(0), { batchSize: 2 }))).toEqual([]);
    const order = Uint32Array.of(3, 1, 1);
    expect(await idsOf(batches(datasetOf(5), { batchSize: 2, order }))).toEqual([[3, 1], [1]]);
  });

  it('give every sample of any order once, from any batch on, whether they come at once or as promises', async () => {
    const cases = fc.record({
      length: fc.nat(20),
      batchSize: fc.integer({ min: 1, max: 7 }),
      prefetch: fc.nat(4),
      first: fc.nat(3),
      slow: fc.array(fc.boolean(), { minLength: 21, maxLength: 21 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ length, batchSize, prefetch, first, slow }) => {
        const inner = datasetOf(length);
        const dataset: Dataset = {
          length,
          inputShape: [1],
          targetShape: null,
          batch(indices, epoch, into) {
            const answer = () => inner.batch(indices, epoch, into);
            return slow[indices[0] as number] ? Promise.resolve().then(answer) : answer();
          },
        };
        const order = Uint32Array.from({ length }, (_, i) => (i * 8) % 21).filter(i => i < length);
        const from = Math.min(first, Math.ceil(order.length / batchSize));
        const found = await idsOf(batches(dataset, { batchSize, order, first: from, prefetch }));
        expect(found.flat()).toEqual([...order].slice(from * batchSize));
        for (const ids of found.slice(0, -1)) expect(ids).toHaveLength(batchSize);
      }),
      runs(200),
    );
  });

  it('keep to the order as it was when they began', async () => {
    const order = Uint32Array.of(0, 1, 2);
    const source = batches(datasetOf(5), { batchSize: 1, order });
    order.fill(4);
    expect(await idsOf(source)).toEqual([[0], [1], [2]]);
  });

  it('hand on the epoch', async () => {
    const dataset = new Promised(2);
    const source = batches(dataset, { batchSize: 1, epoch: 7, prefetch: 2 });
    const first = source.next();
    dataset.keepAll();
    await first;
    expect(dataset.asked.map(({ epoch }) => epoch)).toEqual([7, 7]);
  });
});

describe('prefetching', () => {
  it.each([0, 1, 3])('asks for %i batches ahead of the one at hand', async prefetch => {
    const dataset = new Promised(10);
    const source = batches(dataset, { batchSize: 2, prefetch });
    expect(dataset.asked).toHaveLength(0);
    for (let i = 0; i < 5; i++) {
      const next = source.next();
      await settled();
      const expected = Math.min(5, i + 1 + prefetch);
      expect(dataset.asked.map(({ ids }) => ids)).toEqual([...Array(expected).keys()].map(b => [2 * b, 2 * b + 1]));
      dataset.keepAll();
      expect([...((await next).value as Batch).targets]).toEqual([2 * i, 2 * i + 1]);
      await settled();
      expect(dataset.asked).toHaveLength(expected);
    }
    expect(await source.next()).toEqual({ value: undefined, done: true });
  });

  it('gives batches in their order, however the promises are kept', async () => {
    const dataset = new Promised(4);
    const source = batches(dataset, { batchSize: 1, prefetch: 3 });
    const all = idsOf(source);
    await settled();
    for (const { keep } of [...dataset.asked].reverse()) keep();
    expect(await all).toEqual([[0], [1], [2], [3]]);
  });

  it('does not ask ahead where batches come at once', async () => {
    const asked: number[] = [];
    const inner = datasetOf(4);
    const dataset: Dataset = {
      length: 4,
      inputShape: [1],
      targetShape: null,
      batch: (indices, epoch, into) => {
        asked.push(indices[0] as number);
        return inner.batch(indices, epoch, into);
      },
    };
    const source = batches(dataset, { batchSize: 1, prefetch: 3 });
    await source.next();
    expect(asked).toEqual([0]);
    await source.next();
    expect(asked).toEqual([0, 1]);
  });
});

describe('arrays', () => {
  it('are used again once the next batch is asked for, not before', async () => {
    const source = batches(datasetOf(9), { batchSize: 2 });
    const seen: Batch['inputs'][] = [];
    for await (const { inputs, targets } of source) {
      expect([...inputs]).toEqual([...targets].map(id => id / 2));
      seen.push(inputs);
    }
    // All full batches share the first one's arrays; the last is smaller and has its own.
    expect(seen.map(inputs => seen.indexOf(inputs))).toEqual([0, 0, 0, 0, 4]);
  });

  it('of batches that are at hand or under way are left alone', async () => {
    const dataset = new Promised(20);
    const source = batches(dataset, { batchSize: 2, prefetch: 2 });
    const given = new Set<Batch>();
    for (let i = 0; i < 10; i++) {
      const next = source.next();
      await settled();
      dataset.keepAll();
      const { inputs, targets } = (await next).value as Batch;
      await settled();
      expect([...targets]).toEqual([2 * i, 2 * i + 1]);
      expect([...inputs]).toEqual([i, i + 0.5]);
      const under = dataset.asked.slice(i, i + 3).map(({ into }) => into);
      const used = under.filter(into => into !== undefined);
      expect(new Set(used).size).toBe(used.length);
      for (const into of used) given.add(into);
    }
    // One at hand, two under way, and one that has just been left.
    expect(given.size).toBeLessThanOrEqual(4);
    expect(given.size).toBeGreaterThan(0);
  });
});

describe('a loop that ends early', () => {
  it('may be left with promises under way that fail later', async () => {
    const dataset = new Promised(10);
    const source = batches(dataset, { batchSize: 1, prefetch: 3 });
    const first = source.next();
    await settled();
    dataset.asked[0]?.keep();
    await first;
    await source.return();
    for (const { fail } of dataset.asked.slice(1)) fail(new Error('too late'));
    expect(await source.next()).toEqual({ value: undefined, done: true });
    expect(dataset.asked).toHaveLength(4);
  });

  it('may be left by what its body throws', async () => {
    const dataset = new Promised(10);
    const loop = (async () => {
      for await (const _ of batches(dataset, { batchSize: 1, prefetch: 2 })) throw new Error('the body');
    })();
    await settled();
    dataset.asked[0]?.keep();
    await expect(loop).rejects.toThrow('the body');
    for (const { fail } of dataset.asked.slice(1)) fail(new Error('too late'));
  });

  it('ends with the error of a batch in its turn, and other errors are dropped', async () => {
    const dataset = new Promised(10);
    const source = batches(dataset, { batchSize: 1, prefetch: 3 });
    const first = source.next();
    await settled();
    for (const i of [3, 2, 1]) dataset.asked[i]?.fail(new Error(`batch ${i}`));
    await settled();
    dataset.asked[0]?.keep();
    expect([...((await first).value as Batch).targets]).toEqual([0]);
    await expect(source.next()).rejects.toThrow('batch 1');
    expect(await source.next()).toEqual({ value: undefined, done: true });
  });

  it('ends with what batch() throws, in its turn, and asks no more', async () => {
    const dataset = new Promised(10);
    const { batch } = dataset;
    let calls = 0;
    dataset.batch = function (...args) {
      if (++calls === 2) throw new Error('thrown');
      return batch.apply(this, args);
    };
    const source = batches(dataset, { batchSize: 1, prefetch: 3 });
    const first = source.next();
    await settled();
    dataset.keepAll();
    expect([...((await first).value as Batch).targets]).toEqual([0]);
    await expect(source.next()).rejects.toThrow('thrown');
    expect(calls).toBe(2);
  });
});

describe('batches refuses', () => {
  it('wrong options before the first batch is asked for', () => {
    const dataset = datasetOf(5);
    const refuse = (options: object, argument: string, ...parts: string[]) =>
      expectArgumentError(() => batches(dataset, { batchSize: 2, ...options }), ArgumentError, argument, ...parts);
    for (const bad of [0, -1, 0.5, undefined, '2'])
      refuse({ batchSize: bad }, 'batchSize', typeof bad === 'string' ? `"${bad}"` : shown(bad));
    for (const bad of [-1, 0.5, Number.NaN]) {
      refuse({ epoch: bad }, 'epoch', shown(bad));
      refuse({ prefetch: bad }, 'prefetch', shown(bad));
      refuse({ first: bad }, 'first', shown(bad));
    }
    refuse({ first: 4 }, 'first', '4', '0 to 3');
    refuse({ order: [0, 1] }, 'order', '[0, 1]');
    refuse({ order: Uint32Array.of(0, 5) }, 'order', 'order[1]', '5');
    expectArgumentError(() => batches(null as never, { batchSize: 1 }), ArgumentError, 'dataset', 'null');
  });

  it('what a dataset should not give', async () => {
    const good = datasetOf(2).batch(Uint32Array.of(0, 1));
    const give = async (part: object | null, targetShape: number[] | null = null) => {
      const batch = part && ({ ...good, ...part } as Batch);
      const dataset = { length: 2, inputShape: [1], targetShape, batch: () => batch as Batch };
      return batches(dataset, { batchSize: 2 })
        .next()
        .then(
          () => undefined,
          (error: unknown) => error,
        );
    };
    const refuse = async (type: typeof ArgumentError, argument: string, ...given: Parameters<typeof give>) => {
      const error = await give(...given);
      expectArgumentError(
        () => {
          throw error;
        },
        type,
        argument,
      );
    };
    expect(await give({})).toBeUndefined();
    await refuse(ShapeError, 'dataset.batch().count', null);
    await refuse(ShapeError, 'dataset.batch().count', { count: 1 });
    await refuse(ArgumentError, 'dataset.batch().inputs', { inputs: [1, 2] });
    await refuse(ShapeError, 'dataset.batch().inputs', { inputs: new Float32Array(3) });
    await refuse(ArgumentError, 'dataset.batch().targets', { targets: new Float32Array(2) });
    await refuse(ShapeError, 'dataset.batch().targets', { targets: new Int32Array(3) });
    await refuse(ArgumentError, 'dataset.batch().targets', {}, [1]);
    await refuse(ShapeError, 'dataset.batch().targets', { targets: new Float64Array(2) }, [2]);
  });
});
