import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  Flatten,
  GlobalAvgPool2D,
  Layer,
  Linear,
  MaxPool2D,
  normal,
  ReLU,
  ReLU6,
  Residual,
  runtimeInfo,
  Sequential,
  ShapeError,
  StateError,
  scope,
  type Tensor,
} from '../../src/index.ts';
import { add } from '../../src/ops/index.ts';
import { runtime } from '../../src/runtime/init.ts';
import { expectBits, expectExactly, expectRelative } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { networkOf, networks } from '../helpers/networks.ts';
import { runs } from '../helpers/property.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { type DType, inner, map, random, type Values } from '../helpers/values.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

/** Layers one after the other, each called by itself. */
class Plain extends Layer {
  readonly layers: readonly Layer[];
  readonly #between: Tensor[] = [];

  constructor(layers: readonly Layer[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => {
      if (value !== x) this.#between.push(value);
      return layer.forward(value);
    }, x);
  }

  override backward(dy: Tensor): Tensor {
    return this.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
  }
}

class PlainResidual extends Layer {
  readonly body: Layer;
  readonly shortcut: Layer | null;

  constructor(body: Layer, shortcut: Layer | null) {
    super();
    this.body = body;
    this.shortcut = shortcut;
  }

  override forward(x: Tensor): Tensor {
    return add(this.body.forward(x), this.shortcut ? this.shortcut.forward(x) : x);
  }

  override backward(dy: Tensor): Tensor {
    return add(this.body.backward(dy), this.shortcut ? this.shortcut.backward(dy) : dy);
  }
}

/** The same layers, of which nothing is joined. */
function apart(layer: Layer): Layer {
  if (layer instanceof Sequential) return new Plain(layer.layers.map(apart));
  if (layer instanceof Residual) return new PlainResidual(apart(layer.body), layer.shortcut && apart(layer.shortcut));
  return layer;
}

/** Without layers that stand twice, which forward may do with, but no gradient. */
const trainable = networks.filter(({ nodes }) => !JSON.stringify(nodes).includes('again'));

/** What a step leaves behind, copied to the host. */
function step(net: Layer, owner: Layer, x: Tensor, dyOf: (y: Tensor) => Tensor): Values[] {
  return scope(() => {
    const y = net.forward(x);
    const values = read(y);
    const dx = net.backward(dyOf(y));
    const grads = Object.values(owner.grads).filter(tensor => tensor !== null);
    return [values, read(dx), ...[...grads, ...Object.values(owner.buffers)].map(read)];
  });
}

/** A network that is made twice, once with nothing joined, leaves the same behind. */
function expectSame(make: () => Layer, x: Values, dtype: DType): void {
  const dyOf = (y: Tensor) => made(random(y.shape, 2, dtype), dtype);
  for (const format of formats)
    scope(() => {
      const input = made(x, dtype, format);
      const [plain, net] = [make(), make()];
      let wanted: Values[] = [];
      let refusal: unknown;
      try {
        wanted = step(apart(plain), plain, input, dyOf);
      } catch (error) {
        refusal = error;
      }
      if (refusal instanceof Error) {
        expect(() => step(net, net, input, dyOf)).toThrow(refusal.message);
      } else {
        const got = step(net, net, input, dyOf);
        expect(got.length).toBe(wanted.length);
        got.forEach((values, i) => {
          expectBits(values, wanted[i] as Values, `${format}, number ${i}`);
        });
      }
      expectExactly(input, x, 'the input afterwards');
      for (const layer of [plain, net]) layer.dispose();
    });
}

const conv = (seed: number, options: object = {}) => {
  const sizes = { inChannels: 3, outChannels: 3, kernelSize: 3, padding: 1 };
  return new Conv2D({ ...sizes, initializer: normal({ std: 0.3, seed }), ...options });
};
const norm = (dtype: DType = 'float32') => new BatchNorm2D({ channels: 3, dtype });
const shape = [2, 3, 6, 5];
const images = random(shape, 1, 'float32');

/** The passes over all elements of a step that may be joined. */
function passes(net: Layer): string[] {
  const rt = runtime();
  const names: string[] = [];
  const { run } = rt;
  rt.run = (...call: Parameters<typeof run>) => {
    names.push(call[0]);
    run.apply(rt, call);
  };
  try {
    scope(() => net.backward(net.forward(made(images, 'float32', 'channels-last'))));
  } finally {
    Reflect.deleteProperty(rt, 'run');
  }
  return names.filter(name => ['relu', 'reluGrad', 'scaleShift', 'add'].includes(name));
}

describe('a network in training', () => {
  it('gives the bits of its layers one by one, forward and backward, whatever it consists of', () => {
    fc.assert(
      fc.property(trainable, c => {
        const x = random(c.shape, c.seed, c.dtype);
        const spoilt = map(x, (v, i) => (i % 17 === 3 ? Number.NaN : v));
        expectSame(() => networkOf(c), c.seed % 5 === 0 ? spoilt : x, c.dtype);
      }),
      runs(150),
    );
  });

  it('has the same gradients of parameters where that of the input is not asked for', () => {
    fc.assert(
      fc.property(trainable, c => {
        const x = random(c.shape, c.seed, c.dtype);
        scope(() => {
          const net = networkOf(c);
          const gradients = () => Object.entries(net.grads).map(([name, grad]) => ({ name, grad: grad && read(grad) }));
          let dy: Tensor;
          try {
            const y = net.forward(made(x, c.dtype));
            dy = made(random(y.shape, 2, c.dtype), c.dtype);
            net.backward(dy);
          } catch (error) {
            // A normalisation of one value.
            expect(error).toBeInstanceOf(ShapeError);
            return;
          }
          const wanted = gradients();
          net.clearGrad();
          net.backwardParams(dy);
          for (const [i, { name, grad }] of gradients().entries()) {
            expect(grad === null, name).toBe(wanted[i]?.grad === null);
            if (grad) expectBits(grad, wanted[i]?.grad as Values, name);
          }
          net.dispose();
        });
      }),
      runs(100),
    );
  });

  it('has gradients as finite differences say', () => {
    const dtype = 'float64';
    const body = () => [conv(1, { dtype }), norm(dtype), new ReLU(), conv(2, { dtype }), norm(dtype)];
    const net = new Sequential([
      new Sequential([conv(3, { dtype }), norm(dtype), new ReLU6()]),
      new Residual(new Sequential(body())),
      new ReLU(),
      new Residual(new Sequential(body()), conv(4, { dtype })),
      new ReLU(),
      new MaxPool2D({ kernelSize: 2 }),
    ]);
    const x = random([2, 3, 4, 4], 5);
    const dy = random([2, 3, 2, 2], 6);
    const value = (v: Values) => scope(() => inner(read(net.forward(made(v, dtype))), dy));
    const dx = numericalGradient(value, x);
    scope(() => {
      net.forward(made(x, dtype));
      expectRelative(net.backward(made(dy, dtype)), dx, 1e-6);
    });
  });

  it('of convolutions, normalisation and residual connections has no pass of its own for an activation', () => {
    const block = () => new Residual(new Sequential([conv(1), norm(), new ReLU(), conv(2), norm()]), conv(5));
    const net = new Sequential([conv(3), norm(), new ReLU(), block(), new ReLU(), block(), new ReLU6(), block()]);
    const sums = ['add', 'add', 'add'];
    const norms = Array.from({ length: 7 }, () => 'scaleShift');
    expect(passes(net).sort()).toEqual([...sums, ...sums, ...norms].sort());
  });

  it('has one where a gradient has nobody to join, and at the end, where the output is the caller’s', () => {
    expect(passes(new Sequential([conv(1), new ReLU(), conv(2)]))).toEqual(['reluGrad']);
    expect(passes(new Sequential([norm(), new ReLU()]))).toEqual(['scaleShift', 'relu']);
    expect(passes(new Sequential([new Sequential([norm(), new ReLU()]), conv(1)]))).toEqual(['scaleShift']);
  });

  it('may have its output given back before backward', () => {
    const net = new Sequential([norm(), new ReLU()]);
    const dy = made(random(shape, 2, 'float32'));
    const x = made(images);
    net.forward(x);
    const wanted = read(net.backward(dy));
    net.forward(x).dispose();
    expectBits(net.backward(dy), wanted);
  });

  it('leaves each layer with what its own backward needs', () => {
    const layers = [conv(1), norm(), new ReLU(), conv(2), new ReLU6(), new MaxPool2D({ kernelSize: 2 })];
    const net = new Sequential(layers);
    const dy = made(random([2, 3, 3, 2], 2, 'float32'));
    net.forward(made(images));
    const wanted = read(net.backward(dy));
    const one = layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
    expectBits(one, wanted);
  });

  it('calls classes with a forward or backward of their own, and does not join a layer to one that may write to its input', () => {
    class Loud extends ReLU {
      backwards = 0;
      override backward(dy: Tensor): Tensor {
        this.backwards++;
        return super.backward(dy);
      }
    }
    class Eraser extends Layer {
      override forward(x: Tensor): Tensor {
        const y = x.clone();
        x.data.fill(0);
        return y;
      }
      override backward(dy: Tensor): Tensor {
        return dy;
      }
    }
    const loud = new Loud();
    const net = new Sequential([norm(), loud, conv(1)]);
    expect(passes(net)).toEqual(['scaleShift', 'relu', 'reluGrad']);
    expect(loud.backwards).toBe(1);
    const erased = new Sequential([norm(), new ReLU(), new Eraser(), conv(1)]);
    const kept = new Sequential([norm(), new ReLU(), conv(1)]);
    const dy = () => made(random(shape, 2, 'float32'));
    const [x] = [made(images)];
    erased.forward(x);
    kept.forward(x);
    expectBits(erased.backward(dy()), read(kept.backward(dy())));
  });

  it('calls layers in eval() as they are', () => {
    const make = () => {
      const frozen = [norm(), norm()] as const;
      const [first, second] = frozen;
      const net = new Sequential([conv(1), first, new ReLU(), conv(2), new ReLU6(), second, new ReLU(), conv(3)]);
      for (const layer of frozen) layer.eval();
      return net;
    };
    expectSame(make, images, 'float32');
    expectError(() => step(make(), make(), made(images), y => y), StateError, 'BatchNorm2D.backward');
  });

  it('does not keep what Flatten brings to another memory format, be it inside a residual connection', () => {
    const flat = (seed: number) =>
      new Sequential([
        new Flatten(),
        new Linear({ inFeatures: 90, outFeatures: 3, initializer: normal({ std: 0.1, seed }) }),
      ]);
    expectSame(() => new Sequential([conv(1), conv(2), new ReLU(), flat(3)]), images, 'float32');
    const branches = () => new Residual(flat(3), flat(4));
    expectSame(() => new Sequential([conv(1), conv(2), new ReLU(), branches()]), images, 'float32');
  });

  it('refuses backward without a forward, and a gradient of another shape', () => {
    const make = () => new Sequential([conv(1), norm(), new ReLU(), new GlobalAvgPool2D(), new Linear(SIZES)]);
    expectError(() => make().backward(made(random([2, 4], 1, 'float32'))), StateError, 'Linear.backward');
    const net = new Sequential([norm(), new ReLU(), new Sequential([])]);
    expectError(() => net.backward(made(images)), StateError, 'ReLU.backward');
    net.forward(made(images));
    expectArgumentError(() => net.backward(made(random([2, 3, 5, 6], 1, 'float32'))), ShapeError, 'dy', '[2, 3, 5, 6]');
    net.eval().forward(made(images));
    expectError(() => net.backward(made(images)), StateError, 'ReLU.backward');
  });

  it('keeps its memory flat, and needs less of it than its layers one by one', () => {
    const block = () => new Residual(new Sequential([conv(1), norm(), new ReLU(), conv(2), norm()]));
    const net = new Sequential([conv(3), norm(), new ReLU(), block(), new ReLU(), new GlobalAvgPool2D()]);
    const [x, dy] = [made(images), made(random([2, 3], 2, 'float32'))];
    const train = (layer: Layer) => {
      layer.forward(x).dispose();
      layer.backward(dy).dispose();
    };
    train(net);
    const { used } = runtimeInfo().memory;
    for (let i = 0; i < 3; i++) train(net);
    expect(runtimeInfo().memory.used).toBe(used);
    net.dispose();
    expect(runtimeInfo().memory.used).toBeLessThan(used);
  });
});

const SIZES = { inFeatures: 3, outFeatures: 4 };
