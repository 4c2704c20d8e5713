import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  constant,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GlobalAvgPool2D,
  HardSwish,
  Layer,
  Linear,
  MaxPool2D,
  MSE,
  normal,
  ReLU,
  ReLU6,
  Residual,
  runtimeInfo,
  Sequential,
  SGD,
  ShapeError,
  SiLU,
  StateError,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { add } from '../../src/ops/index.ts';
import { runtime } from '../../src/runtime/init.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { networkOf, networks, normOf, oneByOne } from '../helpers/networks.ts';
import { runs } from '../helpers/property.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { dtypes, map, random, type Values } from '../helpers/values.ts';

const shape = [2, 3, 6, 5];
const images = random(shape, 1, 'float32');

const conv = (seed: number, options: object = {}) =>
  new Conv2D({
    inChannels: 3,
    outChannels: 3,
    kernelSize: 3,
    padding: 1,
    initializer: normal({ std: 0.2, seed }),
    ...options,
  });

/** A network in eval() gives what its layers give one by one. */
function expectOneByOne(net: Layer, x: Values = images, label?: string): Values {
  return scope(() => {
    const input = made(x, 'float32');
    const alone = oneByOne(net, { y: input, error: 0, terms: 9 });
    const y = net.forward(input);
    expectWithin(y, read(alone.y), () => alone.error, label);
    expectExactly(input, x, 'the input afterwards');
    return read(y);
  });
}

/** The kernels that `fn` runs. */
function kernelsOf(fn: () => unknown): string[] {
  const rt = runtime();
  const names: string[] = [];
  const { run } = rt;
  rt.run = (...call: Parameters<typeof run>) => {
    names.push(call[0]);
    run.apply(rt, call);
  };
  try {
    scope(fn);
  } finally {
    Reflect.deleteProperty(rt, 'run');
  }
  return names;
}

const ELEMENTWISE = ['relu', 'scaleShift', 'activation', 'batchNormCoefficients'];
/** Those passes over all images that a convolution may have done on the way. */
const passes = (net: Layer, x: Tensor) => {
  net.forward(x);
  return kernelsOf(() => net.forward(x)).filter(name => ELEMENTWISE.includes(name));
};

describe('a network in eval()', () => {
  it('gives what its layers give one by one, in both element types and memory formats, whatever it consists of', () => {
    fc.assert(
      fc.property(networks, c => {
        const net = networkOf(c);
        const x = random(c.shape, c.seed, c.dtype);
        const ends = formats.map(format => {
          scope(() => {
            const input = made(x, c.dtype, format);
            const alone = oneByOne(net.eval(), { y: input, error: 0, terms: 9 });
            const expected = read(alone.y);
            for (const turn of ['first', 'second'])
              expectWithin(net.forward(input), expected, () => alone.error, `${format}, the ${turn} time`);
            expectExactly(input, x, 'the input afterwards');
          });
          net.train();
          return runtimeInfo().memory.used;
        });
        // Scratch may have grown the first time.
        expect(ends[1]).toBeLessThanOrEqual(ends[0] as number);
        net.dispose();
      }),
      runs(150),
    );
  });

  it.each(dtypes)('without normalisation gives the very bits of its layers, in %s', dtype => {
    const options = { dtype, algorithm: 'direct' };
    const net = new Sequential([
      conv(1, options),
      new ReLU(),
      conv(2, { ...options, groups: 3 }),
      new ReLU6(),
      new Residual(new Sequential([conv(3, options), new HardSwish()])),
      new Flatten(),
      new Linear({ inFeatures: 90, outFeatures: 4, dtype }),
      new ReLU(),
    ]).eval();
    const x = made(random(shape, 1, dtype), dtype);
    expectExactly(net.forward(x), read(oneByOne(net, { y: x, error: 0, terms: 9 }).y));
  });
});

describe('what is joined', () => {
  const x = () => made(images);

  it.each([
    ['Conv2D', () => conv(1)],
    ['Conv2D without bias', () => conv(1, { bias: false })],
    ['Conv2D in groups', () => conv(1, { groups: 3 })],
    ['DepthwiseConv2D', () => new DepthwiseConv2D({ channels: 3, kernelSize: 3 })],
  ])('%s takes on normalisation and activation', (_, head) => {
    for (const list of [[normOf(3, 'float32', 1), new ReLU()], [normOf(3, 'float32', 2)], [new ReLU6()]]) {
      const net = new Sequential([head(), ...list]).eval();
      expect(passes(net, x())).toEqual([]);
      expectOneByOne(net);
    }
  });

  it('ConvTranspose2D does both where it adds its bias', () => {
    const net = (groups: number, bias: boolean) =>
      new Sequential([
        new ConvTranspose2D({ inChannels: 3, outChannels: 3, kernelSize: 2, stride: 2, groups, bias }),
        normOf(3, 'float32', 1),
        new ReLU6(),
      ]).eval();
    for (const bias of [true, false]) {
      expect(passes(net(1, bias), x())).toEqual(['scaleShift']);
      expectOneByOne(net(1, bias));
    }
    expect(passes(net(3, false), x())).toEqual(['batchNormCoefficients', 'scaleShift']);
    expectOneByOne(net(3, true));
  });

  it('Linear and BatchNorm2D take on ReLU and ReLU6', () => {
    for (const activation of [new ReLU(), new ReLU6()]) {
      const linear = new Sequential([new Flatten(), new Linear({ inFeatures: 90, outFeatures: 4 }), activation]).eval();
      expect(passes(linear, x())).toEqual([]);
      expectOneByOne(linear);
      const norm = new Sequential([normOf(3, 'float32', 1), activation]).eval();
      expect(passes(norm, x())).toEqual(['batchNormCoefficients', 'scaleShift']);
      expectOneByOne(norm);
    }
  });

  it('layers of inner networks, and those around dropout', () => {
    const net = new Sequential([
      new Sequential([conv(1)]),
      new Dropout(),
      new Sequential([new Sequential([]), normOf(3, 'float32', 1), new Dropout()]),
      new ReLU(),
    ]).eval();
    expect(passes(net, x())).toEqual([]);
    expectOneByOne(net);
  });

  it('one normalisation and one activation, in this order', () => {
    const norms = () => [normOf(3, 'float32', 1), normOf(3, 'float32', 2)];
    const cases: [Layer[], string[]][] = [
      [norms(), ['scaleShift']],
      [
        [new ReLU(), ...norms()],
        ['scaleShift', 'scaleShift'],
      ],
      [[new ReLU(), new ReLU6()], ['relu']],
      [
        [new SiLU(), new ReLU()],
        ['activation', 'relu'],
      ],
    ];
    for (const [list, expected] of cases) {
      const net = new Sequential([conv(1), ...list]).eval();
      expect(passes(net, x()).filter(name => name !== 'batchNormCoefficients')).toEqual(expected);
      expectOneByOne(net);
    }
  });

  it('in body and shortcut of a residual connection, and behind its sum', () => {
    const branch = (seed: number) => new Sequential([conv(seed), normOf(3, 'float32', seed), new ReLU()]);
    const net = new Sequential([new Residual(branch(1), branch(2)), new ReLU()]).eval();
    expect(passes(net, x())).toEqual([]);
    expectOneByOne(net);
  });

  it('no normalisation of other sizes: the error is that of the layers one by one', () => {
    const { used } = runtimeInfo().memory;
    const net = new Sequential([conv(1), new BatchNorm2D({ channels: 4 }), new ReLU()]).eval();
    const input = x();
    expectArgumentError(() => net.forward(input), ShapeError, 'x', '[2, 3, 6, 5]', '[batch, 4, height, width]');
    input.dispose();
    net.dispose();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('nothing of classes with a forward of their own, of replaced methods, or of layers in training', () => {
    class Negative extends ReLU {
      override forward(x: Tensor): Tensor {
        return super.forward(conv(9).eval().forward(x));
      }
    }
    class Shifted extends BatchNorm2D {
      override forward(x: Tensor): Tensor {
        return add(super.forward(x), x);
      }
    }
    class Twice extends Sequential {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x));
      }
    }
    const calls: string[] = [];
    const replaced = new ReLU();
    replaced.forward = input => {
      calls.push('replaced');
      return new ReLU6().eval().forward(input);
    };
    const steps = [conv(1), new Negative(), conv(2), new Shifted({ channels: 3 }), conv(3), replaced];
    const net = new Sequential([new Twice(steps), new ReLU()]).eval();
    const input = x();
    const once = (value: Tensor) => steps.reduce((v, layer) => layer.forward(v), value);
    const expected = read(new ReLU().forward(once(once(input))));
    calls.length = 0;
    // BatchNorm2D here is new: a factor of 1 / sqrt(1 + eps), and a sum of 27 products each time.
    expectWithin(net.forward(input), expected, () => 1e-4);
    expect(calls).toEqual(['replaced', 'replaced']);

    const norm = normOf(3, 'float32', 1);
    const mixed = new Sequential([conv(1), norm, new Dropout({ p: 0.9, seed: 1 }), new ReLU()]).eval();
    const before = read(norm.runningMean);
    for (const layer of mixed.layers.slice(1, 3)) layer.train();
    const y = read(mixed.forward(input));
    expect(read(norm.runningMean).data).not.toEqual(before.data);
    expect(y.data.filter(v => v === 0).length).toBeGreaterThan(y.data.length / 2);
  });
});

describe('nothing of it shows', () => {
  const block = () => [conv(1), normOf(3, 'float32', 1), new ReLU()] as const;

  it('parameters, gradients and buffers stay what they are', () => {
    const layers = block();
    const net = new Sequential([...layers]);
    const all = () => [net.params, net.grads, net.buffers].map(Object.entries);
    const before = all();
    const values = Object.values(net.params).map(read);
    scope(() => net.eval().forward(made(images)));
    expect(all()).toEqual(before);
    Object.values(net.params).forEach((parameter, i) => {
      expectExactly(parameter, values[i] as Values);
    });
  });

  it.each(['W', 'b', 'weight', 'bias', 'runningMean', 'runningVar'])('%s that is assigned shows at once', name => {
    const [layer, norm, relu] = block();
    const net = new Sequential([layer, norm, relu]).eval();
    const before = expectOneByOne(net);
    const place = [layer.params, norm.params, norm.buffers].find(tensors => name in tensors) as Record<string, Tensor>;
    const old = place[name] as Tensor;
    place[name] = made(map(read(old), v => Math.abs(v) + 0.5));
    old.dispose();
    expect(expectOneByOne(net).data).not.toEqual(before.data);
  });

  it('training steps between show after eval(), and so does a normalisation that was in training by itself', () => {
    const layers = block();
    const net = new Sequential([...layers]);
    const loss = new MSE();
    const optimizer = new SGD(net, { learningRate: 0.1 });
    const [x, target] = [made(images), made(random(shape, 2, 'float32'))];
    let before = expectOneByOne(net.eval());
    const expectChange = (what: string) => {
      const now = expectOneByOne(net.eval(), images, what);
      expect(now.data, what).not.toEqual(before.data);
      before = now;
    };
    for (const step of ['first', 'second']) {
      net.train();
      scope(() => {
        loss.forward(net.forward(x), target);
        net.backward(loss.backward());
        optimizer.step();
      });
      expectChange(`the ${step} step`);
    }
    layers[1].train();
    scope(() => layers[1].forward(x));
    expectChange('statistics');
    net.train();
    layers[0].filters.set(random([3, 3, 3, 3], 7).data);
    expectChange('filters that were written to');
  });

  it('a layer that stands in several places is prepared once for each', () => {
    const shared = conv(1);
    const norms = [1, 2].map(seed => normOf(3, 'float32', seed)) as [BatchNorm2D, BatchNorm2D];
    const net = new Sequential([shared, norms[0], shared, norms[1], new ReLU(), shared, conv(2), norms[0]]).eval();
    expectOneByOne(net);
    const x = made(images);
    expect(kernelsOf(() => net.forward(x)).filter(name => /pack|ransform|Coefficients/.test(name))).toEqual([]);
    expectOneByOne(net);
  });

  it('backward after it is a StateError, of each layer', () => {
    const layers = [...block(), conv(2), new SiLU(), new Dropout(), new GlobalAvgPool2D()];
    const net = new Sequential([new Residual(new Sequential(layers.slice(0, 3))), ...layers.slice(3)]);
    const x = made(images);
    net.forward(x);
    net.eval().forward(x);
    for (const layer of [...layers, ...net.children])
      expectError(() => layer.backward(zeros(shape)), StateError, 'backward', 'eval');
  });

  it('a parameter that was disposed of is an error, though its folded copy is not needed', () => {
    const [layer, norm, relu] = block();
    const net = new Sequential([layer, norm, relu]).eval();
    const x = made(images);
    net.forward(x);
    norm.runningVar.dispose();
    expect(() => net.forward(x)).toThrow('disposed');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d goes where it goes one by one',
    value => {
      const direct = { algorithm: 'direct' };
      const layers = [conv(1, direct), normOf(3, 'float32', 1), new ReLU(), conv(2, direct), normOf(3, 'float32', 2)];
      const net = new Sequential(layers).eval();
      const x = map(images, (v, i) => (i === 17 ? value : v));
      const special = (values: Values) => [...values.data].map(v => (Number.isFinite(v) ? 'finite' : v));
      scope(() => {
        const input = made(x);
        const y = special(read(net.forward(input)));
        expect(y).toEqual(special(read(oneByOne(net, { y: input, error: 0, terms: 9 }).y)));
        expect(new Set(y).size).toBeGreaterThan(1);
      });
    },
  );
});

describe('memory', () => {
  /** Bytes in use at most while `fn` runs, over those before. */
  function peakOf(fn: () => void): number {
    const { allocator } = runtime();
    const { allocate } = allocator;
    const before = allocator.used;
    let most = before;
    allocator.allocate = bytes => {
      const block = allocate.call(allocator, bytes);
      most = Math.max(most, allocator.used);
      return block;
    };
    try {
      fn();
    } finally {
      allocator.allocate = allocate;
    }
    return most - before;
  }

  const [channels, size] = [8, 32];
  // The fences around a block count (test/setup.ts).
  const activation = channels * size * size * 4 + 128;
  const wide = (seed: number) => conv(seed, { inChannels: channels, outChannels: channels });
  const deep = (length: number) =>
    Array.from({ length }, (_, i) => [wide(i), normOf(channels, 'float32', i), new SiLU()]).flat();
  const input = () => made(random([1, channels, size, size], 1));

  it.each([
    ['a chain', 2, () => new Sequential(deep(12))],
    ['nested ones', 2, () => new Sequential([new Sequential(deep(6)), new Sequential(deep(6))])],
    ['elementwise layers', 1, () => new Sequential([new SiLU(), new HardSwish(), normOf(channels, 'float32', 1)])],
    ['residual connections', 3, () => new Sequential([1, 2, 3].map(() => new Residual(new Sequential(deep(3)))))],
  ])('of %s is %i activations, whatever the depth, and nothing is allocated anew', (_, activations, make) => {
    const net = make().eval();
    const x = input();
    net.forward(x).dispose();
    const { used, reserved } = runtimeInfo().memory;
    for (let i = 0; i < 5; i++) {
      expect(peakOf(() => net.forward(x).dispose())).toBeLessThanOrEqual(activations * activation);
      expect(runtimeInfo().memory).toMatchObject({ used, reserved });
    }
  });

  it('of folded filters comes back by train(), and by dispose()', () => {
    const net = new Sequential(deep(3));
    const x = input();
    net.eval().forward(x).dispose();
    net.train();
    const { used } = runtimeInfo().memory;
    for (const end of [() => net.train(), () => net.eval().dispose()]) {
      net.eval().forward(x).dispose();
      expect(runtimeInfo().memory.used).toBeGreaterThan(used);
      const parameters = Object.values({ ...net.params, ...net.buffers });
      end();
      const gone = parameters.filter(tensor => tensor.disposed).length;
      expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used - 64 * gone);
    }
  });

  it('of folded filters that were made anew comes back', () => {
    const net = new Sequential(deep(1)).eval();
    const x = input();
    const assign = () => {
      const { buffers } = net.layers[1] as BatchNorm2D;
      const old = buffers.runningMean as Tensor;
      buffers.runningMean = old.clone();
      old.dispose();
      net.forward(x).dispose();
    };
    assign();
    const { used } = runtimeInfo().memory;
    for (let i = 0; i < 3; i++) assign();
    expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
  });

  it('of the last forward in training comes back by the next in eval()', () => {
    const net = new Sequential([new Sequential(deep(2)), new Residual(new Sequential(deep(1)))]);
    const x = input();
    net.eval().forward(x).dispose();
    net.train();
    const { used } = runtimeInfo().memory;
    net.forward(x).dispose();
    net.eval().forward(x).dispose();
    net.train();
    expect(runtimeInfo().memory.used).toBeLessThan(used + activation);
  });

  it('that somebody else reads is left alone: the input, views of it, what layers unknown to it keep', () => {
    class Keep extends Layer {
      kept: Tensor | null = null;
      override forward(x: Tensor): Tensor {
        this.kept = x;
        return x;
      }
      override backward(dy: Tensor): Tensor {
        return dy;
      }
    }
    class AddKept extends Keep {
      readonly from: Keep;
      constructor(from: Keep) {
        super();
        this.from = from;
      }
      override forward(x: Tensor): Tensor {
        return add(x, this.from.kept as Tensor);
      }
    }
    const flat = new Sequential([new Flatten(), new SiLU()]).eval();
    const x = made(images);
    const y = read(flat.forward(x));
    expectExactly(x, images);
    expectExactly(flat.forward(x), y);

    for (const wrap of [(layer: Layer) => layer, (layer: Layer) => new Residual(layer)]) {
      const keep = new Keep();
      const layers = [conv(1), wrap(keep), new SiLU(), conv(2), new SiLU(), new MaxPool2D({ kernelSize: 1 })];
      const net = new Sequential([...layers, new AddKept(keep), new ReLU()]).eval();
      const result = read(net.forward(x));
      const alone = [...layers, net.layers.at(-2), net.layers.at(-1)] as Layer[];
      expectExactly(alone.reduce((value, layer) => layer.forward(value), x) as Tensor, result);
      expect(keep.kept?.disposed).toBe(false);
    }
  });

  it('no tensor stays when a layer in the middle throws', () => {
    const net = new Sequential([...deep(2), new Flatten(), conv(1)]).eval();
    const x = input();
    const run = () => expectError(() => net.forward(x), ShapeError);
    run();
    const { used } = runtimeInfo().memory;
    run();
    expect(runtimeInfo().memory.used).toBe(used);
  });
});

it('a network of one number works', () => {
  const net = new Sequential([
    new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1, initializer: constant(3) }),
    new BatchNorm2D({ channels: 1, eps: 0 }),
    new ReLU6(),
  ]).eval();
  const norm = net.layers[1] as BatchNorm2D;
  norm.runningMean.set([1]);
  norm.runningVar.set([4]);
  norm.params.weight?.set([-2]);
  norm.params.bias?.set([0.5]);
  // (3 x - 1) / 2 * -2 + 0.5
  const y = net.forward(tensor([0, -1, -9, 1], [1, 1, 2, 2]));
  expect([...y.data]).toEqual([1.5, 4.5, 6, 0]);
});
