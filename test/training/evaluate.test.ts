import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  type Dataset,
  Dropout,
  type EvaluateOptions,
  evaluate,
  Flatten,
  GlobalAvgPool2D,
  Linear,
  type Loss,
  MSE,
  mostLikely,
  normal,
  runtimeInfo,
  Sequential,
  ShapeError,
  SoftmaxCrossEntropy,
  scope,
  tensor,
} from '../../src/index.ts';
import { dataset } from '../helpers/datasets.ts';
import { expectRejection } from '../helpers/errors.ts';
import { smallNet } from '../helpers/training.ts';

const data = dataset({ length: 23 });

/** All samples in one batch. */
async function whole(from: Dataset) {
  const { inputs, targets } = await from.batch(
    Uint32Array.from({ length: from.length }, (_, i) => i),
    0,
  );
  return { x: tensor(inputs, [from.length, ...from.inputShape]), targets };
}

describe('evaluate', () => {
  it.each([1, 7, 23, 64, undefined])(
    'gives mean loss and accuracy over all samples, in batches of %s',
    async batchSize => {
      const net = smallNet().eval();
      const { x, targets } = await whole(data);
      const loss = new SoftmaxCrossEntropy();
      const [expected, right] = scope(() => {
        const output = net.forward(x);
        const ids = mostLikely(output);
        return [loss.forward(output, targets as Int32Array), ids.filter((id, n) => id === targets[n]).length];
      });
      const options: EvaluateOptions = batchSize === undefined ? {} : { batchSize };
      const result = await evaluate(net, data, { ...options, loss });
      expect(result.loss).toBeCloseTo(expected, 6);
      expect(result.accuracy).toBe(right / 23);
      expect(result.samples).toBe(23);
      expect(result.seconds).toBeGreaterThan(0);
      x.dispose();
    },
  );

  it('needs no loss for class ids, and gives no accuracy of values', async () => {
    const net = smallNet();
    const alone = await evaluate(net, data);
    expect(alone).toMatchObject({
      accuracy: (await evaluate(net, data, { loss: new SoftmaxCrossEntropy() })).accuracy,
    });
    expect(alone).not.toHaveProperty('loss');
    const values = await evaluate(net, dataset({ length: 9, targetShape: [3] }), { loss: new MSE() });
    expect(values.loss).toBeGreaterThan(0);
    expect(values).not.toHaveProperty('accuracy');
  });

  it('gives no accuracy of outputs that are no [batch, classes]', async () => {
    const net = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 3, initializer: normal({ seed: 1 }) });
    const loss: Loss = { forward: () => 2, backward: () => tensor([0]) };
    const result = await evaluate(net, data, { loss });
    expect(result).toMatchObject({ loss: 2, samples: 23 });
    expect(result).not.toHaveProperty('accuracy');
  });

  it('takes the running statistics, drops nothing, and leaves modes, statistics and memory as they were', async () => {
    const norm = new BatchNorm2D({ channels: 2 });
    const dropout = new Dropout({ seed: 1 });
    const conv = new Conv2D({ inChannels: 1, outChannels: 2, kernelSize: 3, initializer: normal({ seed: 1 }) });
    const linear = new Linear({ inFeatures: 2, outFeatures: 3, initializer: normal({ seed: 2 }) });
    const net = new Sequential([conv, norm, dropout, new GlobalAvgPool2D(), linear]);
    dropout.eval();
    const loss = new SoftmaxCrossEntropy();
    const { loss: first } = await evaluate(net, data, { loss });
    const { used } = runtimeInfo().memory;
    const { loss: second } = await evaluate(net, data, { loss });
    expect(second).toBe(first);
    // Less when what other tests have forgotten was collected.
    expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
    expect([...norm.runningMean.data, ...norm.runningVar.data]).toEqual([0, 0, 1, 1]);
    expect(dropout.state.draws).toBe(0);
    expect(net.layers.map(layer => layer.training)).toEqual([true, true, false, true, true]);
  });

  it('reports after each batch, waits for it, and takes batches that come later', async () => {
    const reports: unknown[] = [];
    const onBatch = async (report: unknown) => {
      await new Promise(resolve => setTimeout(resolve, 1));
      reports.push(report);
    };
    await evaluate(smallNet(), dataset({ length: 23, later: true }), { batchSize: 10, onBatch });
    expect(reports).toEqual([
      { batch: 1, batches: 3, samples: 10 },
      { batch: 2, batches: 3, samples: 20 },
      { batch: 3, batches: 3, samples: 23 },
    ]);
  });

  it('ends with the reason of its signal, unless all is done', async () => {
    const net = smallNet();
    await expect(evaluate(net, data, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    for (const last of [1, 2, 3]) {
      const controller = new AbortController();
      let batches = 0;
      const onBatch = () => {
        if (++batches === last) controller.abort('enough');
      };
      const promise = evaluate(net, data, { batchSize: 8, onBatch, signal: controller.signal });
      if (last === 3) expect((await promise).samples).toBe(23);
      else await expect(promise).rejects.toBe('enough');
      expect(batches).toBe(last);
      expect(net.training).toBe(true);
    }
  });

  it('is rejected with what callbacks and batches throw, with modes and memory as before', async () => {
    const net = smallNet();
    await evaluate(net, data);
    const { used } = runtimeInfo().memory;
    const onBatch = () => Promise.reject(new RangeError('mine'));
    await expect(evaluate(net, data, { onBatch })).rejects.toThrow('mine');
    const batch = () => {
      throw new RangeError('mine');
    };
    await expect(evaluate(net, { ...data, batch })).rejects.toThrow('mine');
    const wrong = dataset({ length: 4, inputShape: [2, 6, 6] });
    await expectRejection(evaluate(net, wrong), ShapeError, 'x', '[4, 2, 6, 6]');
    const classes = dataset({ length: 4, classes: 5 });
    await expectRejection(evaluate(net, classes, { loss: new SoftmaxCrossEntropy() }), ArgumentError, 'labels');
    expect(net.training).toBe(true);
    // Less when what other tests have forgotten was collected.
    expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
  });

  it('refuses outputs that are not one for each sample', async () => {
    const net = new Sequential([new Flatten()]);
    const forward = net.forward.bind(net);
    net.forward = x => forward(x).reshape([x.size, 1]);
    await expectRejection(evaluate(net, data, { batchSize: 5 }), ShapeError, 'output', '[180, 1]', '[5, classes]');
  });

  it.each([
    ['batchSize', { batchSize: 0 }],
    ['loss', { loss: new MSE() }],
    ['loss', { loss: {} }],
    ['signal', { signal: true }],
    ['onBatch', { onBatch: 'no' }],
  ])('refuses a wrong %s', async (argument, options) => {
    const error = await expectRejection(evaluate(smallNet(), data, options as never), ArgumentError);
    expect(error.argument).toBe(argument);
  });

  it('refuses values without a loss, and what is no network or data', async () => {
    await expectRejection(evaluate(smallNet(), dataset({ length: 3, targetShape: [3] })), ArgumentError, 'loss');
    await expectRejection(evaluate(null as never, data), ArgumentError, 'net');
    await expectRejection(evaluate(smallNet(), null as never), ArgumentError, 'data');
  });
});
