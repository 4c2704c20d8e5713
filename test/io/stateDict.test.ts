import { describe, expect, it, vi } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  DisposedError,
  DTypeError,
  decodeSafetensors,
  encodeSafetensors,
  ForeignTensorError,
  Layer,
  Linear,
  loadStateDict,
  MaxPool2D,
  normal,
  OutOfMemoryError,
  Residual,
  runtimeInfo,
  Sequential,
  SGD,
  ShapeError,
  type StoredTensor,
  stateDict,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { runtime } from '../../src/runtime/init.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { type DType, dtypes, random, rounded, type Values } from '../helpers/values.ts';

const names = ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '2.body.weight'];

/** [batch, 2, 3, 3] to the same; its values depend on `seed`. */
function network(seed: number, dtype: DType = 'float32'): Sequential {
  const conv = (seed: number, bias: boolean) =>
    new Conv2D({
      inChannels: 2,
      outChannels: 2,
      kernelSize: 3,
      padding: 1,
      bias,
      initializer: normal({ seed }),
      dtype,
    });
  const net = new Sequential([
    conv(seed, true),
    new BatchNorm2D({ channels: 2, dtype }),
    new Residual(conv(seed + 1, false), new MaxPool2D({ kernelSize: 1 })),
  ]);
  Object.entries(stateDict(net)).forEach(([name, tensor], i) => {
    const values = random(tensor.shape, 100 * seed + i, dtype).data;
    tensor.set(name === '1.running_var' ? values.map(value => value + 2) : values);
  });
  return net;
}

const input = (dtype: DType = 'float32'): Tensor => tensor(random([2, 2, 3, 3], 7).data, [2, 2, 3, 3], dtype);

const valuesOf = (net: Layer): Record<string, Values> =>
  Object.fromEntries(Object.entries(stateDict(net)).map(([name, tensor]) => [name, read(tensor)]));

function expectValues(net: Layer, expected: Record<string, Values>): void {
  for (const [name, tensor] of Object.entries(stateDict(net))) expectExactly(tensor, expected[name] as Values, name);
}

const stored = (shape: number[], data: StoredTensor['data'], dtype: StoredTensor['dtype'] = 'F32'): StoredTensor => ({
  dtype,
  shape,
  data,
});

describe('stateDict', () => {
  it("gives the network's own tensors by the names of PyTorch", () => {
    const net = network(1);
    const tensors = stateDict(net);
    expect(Object.keys(tensors)).toEqual(names);
    const [conv, norm] = net.layers as [Conv2D, BatchNorm2D];
    expect(tensors['0.weight']).toBe(conv.filters);
    expect(tensors['0.bias']).toBe(conv.bias);
    expect(tensors['1.weight']).toBe(norm.params.weight);
    expect(tensors['1.running_mean']).toBe(norm.runningMean);
    expect(tensors['1.running_var']).toBe(norm.runningVar);
    expect(Object.keys(stateDict(conv))).toEqual(['weight', 'bias']);
    expect(stateDict(new Sequential([]))).toEqual({});
  });

  it('leaves names that it does not know as they are, __proto__ too', () => {
    const net = oddLayer({ gain: zeros([1]), ['__proto__']: zeros([2]) });
    expect(Object.keys(stateDict(net))).toEqual(['gain', '__proto__']);
    const { tensors } = decodeSafetensors(encodeSafetensors(stateDict(net)));
    expect([...tensors.keys()]).toEqual(['gain', '__proto__']);
    tensors.set('__proto__', stored([2], Float32Array.of(1, 2)));
    loadStateDict(net, tensors);
    expect(Object.values(net.params).map(tensor => tensor.toArray())).toEqual([[0], [1, 2]]);
  });

  it('refuses what is no layer, and two tensors of one name', () => {
    expectArgumentError(() => stateDict({} as never), ArgumentError, 'net', 'a Layer');
    const net = oddLayer({ W: zeros([1]), weight: zeros([1]) });
    expectArgumentError(() => stateDict(net), ArgumentError, 'net', '"weight"');
    const other = oddLayer({ running_mean: zeros([1]) });
    other.buffers.runningMean = zeros([1]);
    expectArgumentError(() => stateDict(other), ArgumentError, 'net', '"running_mean"');
  });
});

/** A layer of one's own, with any names. */
function oddLayer(params: Record<string, Tensor>): Layer {
  return new (class extends Layer {
    override params = params;
    override forward = (x: Tensor) => x;
    override backward = (dy: Tensor) => dy;
  })();
}

describe('loadStateDict', () => {
  it.each(dtypes)('brings back what was saved to %s, in the tensors that the network has', dtype => {
    const [net, other] = [network(1, dtype), network(2, dtype)];
    const tensors = { ...stateDict(other) };
    const { used } = runtimeInfo().memory;
    expect(loadStateDict(other, decodeSafetensors(encodeSafetensors(stateDict(net))).tensors)).toEqual({
      missing: [],
      unexpected: [],
    });
    expectValues(other, valuesOf(net));
    expect(stateDict(other)).toEqual(tensors);
    for (const [name, tensor] of Object.entries(stateDict(other))) expect(tensor).toBe(tensors[name]);
    expect(runtimeInfo().memory.used).toBe(used);
    expectExactly(other.forward(input(dtype)), read(net.forward(input(dtype))));
  });

  it('takes tensors, from objects and Maps, and copies them', () => {
    for (const list of [Object.entries, (tensors: object) => new Map(Object.entries(tensors))]) {
      const [net, other] = [network(1), network(2)];
      const tensors = list(stateDict(net));
      loadStateDict(other, tensors instanceof Map ? tensors : Object.fromEntries(tensors));
      const before = valuesOf(net);
      (net.layers[0] as Conv2D).filters.set(new Float32Array(36));
      expectValues(other, before);
    }
  });

  it.each(dtypes)('rounds to %s, or widens', dtype => {
    const net = new Linear({ inFeatures: 1, outFeatures: 2, dtype });
    const [weight, bias] = [Float64Array.of(0.1, 1e-9), Float32Array.of(0.1, 3)];
    loadStateDict(net, { weight: stored([2, 1], weight, 'F64'), bias: stored([2], bias) });
    expect([...(net.params.W?.data ?? [])]).toEqual(Array.from(weight, value => rounded(value, dtype)));
    expect([...(net.params.b?.data ?? [])]).toEqual([...bias]);
    loadStateDict(net, { weight: tensor([[0.2], [0.3]], [2, 1], 'float64'), bias: tensor([0.2, 0.3]) });
    expect([...(net.params.W?.data ?? [])]).toEqual([0.2, 0.3].map(value => rounded(value, dtype)));
    expect([...(net.params.b?.data ?? [])]).toEqual([0.2, 0.3].map(Math.fround));
  });

  it('is seen by layers in eval(), and leaves each in the mode in which it was', () => {
    const [net, other] = [network(1), network(2).eval()];
    const [conv, , residual] = other.layers as [Layer, Layer, Residual];
    residual.body.train();
    const expected = read(net.eval().forward(input()));
    other.forward(input());
    loadStateDict(other, stateDict(net));
    expectExactly(other.forward(input()), expected);
    const modes = [other, conv, residual, residual.body].map(({ training }) => training);
    expect(modes).toEqual([false, false, false, true]);
    loadStateDict(other.train(), stateDict(net));
    expect([other, conv, residual, residual.body].every(({ training }) => training)).toBe(true);
  });

  it('lets an optimizer go on with what it has', () => {
    const [net, other] = [network(1), network(2)];
    const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
    net.backward(net.forward(input()));
    optimizer.step();
    const { tensors } = optimizer.state();
    loadStateDict(net, stateDict(other));
    expect(Object.keys(optimizer.state().tensors)).toEqual(Object.keys(tensors));
  });

  it('gives two layers the values of one another', () => {
    const net = new Sequential([
      new Linear({ inFeatures: 2, outFeatures: 2 }),
      new Linear({ inFeatures: 2, outFeatures: 2 }),
    ]);
    const before = valuesOf(net);
    const swap = (name: string) => (name.startsWith('0') ? `1${name.slice(1)}` : `0${name.slice(1)}`);
    loadStateDict(net, stateDict(net), { rename: swap });
    expectValues(net, Object.fromEntries(Object.entries(before).map(([name, values]) => [swap(name), values])));
  });

  it('takes views of linear memory, of what it overwrites too', () => {
    const net = new Linear({ inFeatures: 2, outFeatures: 2 });
    const { weight, bias } = stateDict(net) as { weight: Tensor; bias: Tensor };
    const values = [...weight.data];
    loadStateDict(net, {
      weight: stored([2, 2], weight.data.slice().reverse()),
      bias: stored([2], weight.data.subarray(1, 3)),
    });
    expect([...bias.data]).toEqual(values.slice(1, 3));
  });

  it('copies from and to tensors in either memory format', () => {
    const values = random([2, 2, 3, 3], 5, 'float32');
    const conv = new Conv2D({ inChannels: 2, outChannels: 2, kernelSize: 3, bias: false });
    conv.filters = made(random([2, 2, 3, 3], 6), 'float32', 'channels-last');
    loadStateDict(conv, { weight: made(values, 'float32', 'channels-last') });
    expectExactly(conv.filters, values);
  });

  it("renames, leaves out what is renamed to null, and passes over PyTorch's counters", () => {
    const [net, other] = [network(1), network(2)];
    const tensors = new Map<string, Tensor | StoredTensor>([
      ...Object.entries(stateDict(net)).map(([name, tensor]) => [`model.${name}`, tensor] as const),
      ['model.1.num_batches_tracked', stored([], BigInt64Array.of(3n), 'I64')],
      ['optimizer', stored([1], Float32Array.of(1))],
    ]);
    const rename = (name: string) => (name.startsWith('model.') ? name.slice(6) : null);
    expect(loadStateDict(other, tensors, { rename })).toEqual({ missing: [], unexpected: [] });
    expectValues(other, valuesOf(net));
    const norm = new BatchNorm2D({ channels: 2 });
    const counter = { num_batches_tracked: stored([], BigInt64Array.of(3n), 'I64') };
    loadStateDict(norm, { ...stateDict(norm), ...counter });
    // Of a layer without running statistics it is a name like others.
    const linear = new Linear({ inFeatures: 1, outFeatures: 1 });
    expectError(
      () => loadStateDict(linear, { ...stateDict(linear), ...counter }),
      ArgumentError,
      'num_batches_tracked',
    );
  });

  it('with strict: false takes what there is, and says what did not fit', () => {
    const [net, other] = [network(1), network(2)];
    const { '0.bias': bias, ...rest } = stateDict(net);
    const before = read(stateDict(other)['0.bias'] as Tensor);
    const result = loadStateDict(other, { ...rest, more: zeros([1]) }, { strict: false });
    expect(result).toEqual({ missing: ['0.bias'], unexpected: ['more'] });
    expectValues(other, { ...valuesOf(net), '0.bias': before });
    expect(read(bias as Tensor)).not.toEqual(before);
  });

  describe('leaves the network as it was, and refuses', () => {
    const good = () => stateDict(network(1));
    const without = (name: string) => Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name));
    const last = '2.body.weight';
    const gone = () => {
      const tensor = zeros([2, 2, 3, 3]);
      tensor.dispose();
      return tensor;
    };
    const cases: [string, () => unknown, new (...args: never[]) => Error, string[]][] = [
      ['a name that is missing', () => without(last), ArgumentError, ['tensors', `no ${last}`, 'strict: false']],
      ['a name that is unexpected', () => ({ ...good(), more: zeros([1]) }), ArgumentError, ['"more"', '0.weight']],
      [
        'another shape',
        () => ({ ...good(), [last]: zeros([2, 2, 9]) }),
        ShapeError,
        [last, '[2, 2, 9]', '[2, 2, 3, 3]'],
      ],
      [
        'integers',
        () => ({ ...good(), [last]: stored([2, 2, 3, 3], new Int32Array(36), 'I32') }),
        DTypeError,
        [last, '"I32"'],
      ],
      [
        'too few numbers',
        () => ({ ...good(), [last]: stored([2, 2, 3, 3], new Float32Array(35)) }),
        ArgumentError,
        [last, '36 numbers'],
      ],
      ['a tensor that is gone', () => ({ ...good(), [last]: gone() }), DisposedError, [last]],
      ['what is no tensor', () => ({ ...good(), [last]: { shape: [2, 2, 3, 3] } }), ForeignTensorError, [last]],
      ['null', () => ({ ...good(), [last]: null }), ForeignTensorError, [last]],
      ['a list', () => [good()], ArgumentError, ['tensors']],
      ['nothing', () => undefined, ArgumentError, ['tensors']],
    ];
    it.each(cases)('%s', (_, tensors, type, parts) => {
      const net = network(3);
      const before = valuesOf(net);
      expectError(() => loadStateDict(net, tensors() as never), type as never, ...parts);
      expectValues(net, before);
    });

    it('new names that are none, or that two tensors get', () => {
      const net = network(3);
      const before = valuesOf(net);
      const load = (rename: unknown) => () => loadStateDict(net, good(), { rename: rename as never });
      expectArgumentError(
        load(() => 'x'),
        ArgumentError,
        'rename',
        '"x"',
      );
      expectArgumentError(
        load(() => undefined),
        ArgumentError,
        'rename',
        '"0.weight"',
      );
      expectArgumentError(
        load(() => 1),
        ArgumentError,
        'rename',
        '1',
      );
      expectValues(net, before);
    });

    it('to go on without memory', () => {
      const net = new Sequential([1, 2].map(() => new Conv2D({ inChannels: 2, outChannels: 2, kernelSize: 3 })));
      for (const [i, conv] of net.layers.entries())
        (conv as Conv2D).filters = made(random([2, 2, 3, 3], i, 'float32'), 'float32', 'channels-last');
      const tensors = Object.entries(stateDict(net)).map(([name, { shape, size }]) => [
        name,
        stored([...shape], new Float32Array(size)),
      ]);
      // To bring the first filters in order there is memory, for the second there is none.
      const { allocator } = runtime();
      const { allocate } = allocator;
      let calls = 0;
      const spy = vi.spyOn(allocator, 'allocate').mockImplementation(bytes => {
        if (++calls === 2) throw new OutOfMemoryError(bytes, 0, 0);
        return allocate.call(allocator, bytes);
      });
      try {
        expectError(() => loadStateDict(net, Object.fromEntries(tensors)), OutOfMemoryError);
      } finally {
        spy.mockRestore();
      }
      for (const [i, conv] of net.layers.entries())
        expectExactly((conv as Conv2D).filters, random([2, 2, 3, 3], i, 'float32'));
    });

    it('a network that is gone', () => {
      const net = network(3);
      net.dispose();
      expectError(() => loadStateDict(net, good()), DisposedError, '0.weight');
      expectArgumentError(() => loadStateDict({} as never, good()), ArgumentError, 'net', 'a Layer');
    });
  });
});
