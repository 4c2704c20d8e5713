import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  Conv2D,
  type Dataset,
  DisposedError,
  Flatten,
  normal,
  predict,
  runtimeInfo,
  Sequential,
  ShapeError,
  Softmax,
  scope,
  zeros,
} from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { dataset } from '../helpers/datasets.ts';
import { expectRejection } from '../helpers/errors.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { smallNet } from '../helpers/training.ts';
import { dtypes, random } from '../helpers/values.ts';

describe('predict', () => {
  it.each(dtypes)('gives the outputs of a tensor, batch by batch, in %s', async dtype => {
    const net = smallNet(dtype);
    const values = random([11, 1, 6, 6], 1, dtype);
    for (const format of formats) {
      const x = made(values, dtype, format);
      const expected = scope(() => read(net.eval().forward(x)));
      net.train();
      for (const batchSize of [1, 4, 11, 12]) {
        const outputs = await predict(net, x, { batchSize });
        expectExactly(outputs, expected, `batches of ${batchSize}`);
        expect(outputs.data).toBeInstanceOf(dtype === 'float32' ? Float32Array : Float64Array);
      }
      expect(net.training).toBe(true);
      expectExactly(x, values);
    }
  });

  it('gives outputs of any shape, outside of the memory', async () => {
    const net = new Conv2D({ inChannels: 1, outChannels: 2, kernelSize: 3, initializer: normal({ seed: 1 }) });
    const x = made(random([5, 1, 6, 6], 2));
    const expected = scope(() => read(net.forward(x)));
    const outputs = await predict(net, x, { batchSize: 2 });
    expect(outputs.shape).toEqual([5, 2, 4, 4]);
    expectExactly(outputs, expected);
    net.dispose();
    expectExactly(outputs, expected);
  });

  it.each([false, true])('gives those of a dataset, in order (batches later: %s)', async later => {
    const net = smallNet();
    const data = dataset({ length: 10, later });
    const { inputs } = await data.batch(
      Uint32Array.from({ length: 10 }, (_, i) => i),
      0,
    );
    const x = made({ shape: [10, 1, 6, 6], data: Float64Array.from(inputs) });
    expectExactly(
      await predict(net, data, { batchSize: 3 }),
      scope(() => read(net.eval().forward(x))),
    );
  });

  it('gives probabilities where a Softmax comes last', async () => {
    const net = smallNet();
    const { shape, data } = await predict(new Sequential([net, new Softmax()]), dataset({ length: 4 }));
    expect(shape).toEqual([4, 3]);
    for (let n = 0; n < 4; n++)
      expect([...data.slice(3 * n, 3 * n + 3)].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  });

  it('keeps its memory flat', async () => {
    const net = smallNet();
    const data = dataset({ length: 10 });
    await predict(net, data);
    const { used } = runtimeInfo().memory;
    await predict(net, data, { batchSize: 3 });
    // Less when what other tests have forgotten was collected.
    expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
  });

  it('ends with the reason of its signal, reports, and is rejected with what is thrown', async () => {
    const net = smallNet();
    const data = dataset({ length: 10 });
    await expect(predict(net, data, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    const samples: number[] = [];
    await predict(net, data, { batchSize: 4, onBatch: progress => samples.push(progress.samples) });
    expect(samples).toEqual([4, 8, 10]);
    const onBatch = () => Promise.reject(new RangeError('mine'));
    await expect(predict(net, data, { onBatch })).rejects.toThrow('mine');
    expect(net.training).toBe(true);
  });

  it('refuses a tensor that is disposed of, before or in the meantime', async () => {
    const net = smallNet();
    const x = zeros([4, 1, 6, 6]);
    await expectRejection(predict(net, x, { batchSize: 2, onBatch: () => x.dispose() }), DisposedError, 'inputs');
    await expectRejection(predict(net, x), DisposedError, 'inputs');
  });

  it('refuses outputs whose shape changes from batch to batch', async () => {
    const net = new Sequential([new Flatten()]);
    const forward = net.forward.bind(net);
    let calls = 0;
    net.forward = x => (calls++ === 0 ? x : forward(x));
    const data: Dataset = dataset({ length: 4 });
    await expectRejection(predict(net, data, { batchSize: 2 }), ShapeError, 'output', '[2, 36]', '[2, 1, 6, 6]');
  });

  it.each([
    ['batchSize', { batchSize: 1.5 }],
    ['signal', { signal: 'now' }],
    ['onBatch', { onBatch: {} }],
  ])('refuses a wrong %s', async (argument, options) => {
    const error = await expectRejection(predict(smallNet(), dataset({ length: 3 }), options as never), ArgumentError);
    expect(error.argument).toBe(argument);
  });

  it('refuses what is no network and no inputs', async () => {
    await expectRejection(predict(undefined as never, zeros([1])), ArgumentError, 'net');
    await expectRejection(predict(smallNet(), [1, 2] as never), ArgumentError, 'inputs');
  });
});
