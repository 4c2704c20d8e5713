import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AvgPool2D,
  BCEWithLogits,
  Conv2D,
  Flatten,
  HardSwish,
  type Layer,
  LeakyReLU,
  Linear,
  MaxPool2D,
  MSE,
  normal,
  ReLU,
  ReLU6,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  SoftmaxCrossEntropy,
  scope,
  Tanh,
  type Tensor,
  tensor,
} from '../src/index.ts';
import {
  avgPool2d,
  avgPool2dGrad,
  conv2d,
  conv2dBiasGrad,
  conv2dFilterGrad,
  conv2dInputGrad,
  maxPool2d,
  maxPool2dGrad,
} from '../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums, expectWithin, winogradBound } from './helpers/compare.ts';
import { numbersOf, termsOf } from './helpers/convCases.ts';
import { convolutions, planarConvolutions, pools, runs, winogradConvolutions } from './helpers/property.ts';
import { made, read } from './helpers/tensors.ts';
import { at, distinct, epsilon, inner, magnitude, random, scaled, sizeOf, sum, type Values } from './helpers/values.ts';
import * as conv from './reference/conv2d.ts';
import { numericalGradient } from './reference/gradientCheck.ts';
import * as pool from './reference/pooling.ts';

describe('every option crossed with every other, against the float64 reference', () => {
  it.each(['direct', 'planar'] as const)('conv2d and its three gradients, by %s sums', algorithm => {
    fc.assert(
      fc.property(algorithm === 'direct' ? convolutions : planarConvolutions, c => {
        const { dtype, format } = c;
        const options = { ...c.options, algorithm };
        const { x, w, b, dy } = numbersOf(c, dtype, c.seed);
        const terms = termsOf(c, dy);
        const [X, W, B, DY] = [magnitude(x), magnitude(w), magnitude(b), magnitude(dy)];
        const bias = c.bias ? { b, B } : { b: null, B: null };
        scope(() => {
          const [tx, tw, tdy] = [made(x, dtype, format), made(w, dtype), made(dy, dtype, format)];
          const y = conv2d(tx, tw, bias.b && made(bias.b, dtype), options);
          expectSums(y, conv.conv2d(x, w, bias.b, options), {
            scale: conv.conv2d(X, W, bias.B, options),
            terms: terms.y,
            dtype,
            label: 'y',
          });
          expectSums(conv2dInputGrad(tdy, tw, x.shape, options), conv.conv2dInputGrad(dy, w, x.shape, options), {
            scale: conv.conv2dInputGrad(DY, W, x.shape, options),
            terms: terms.dx,
            dtype,
            label: 'dx',
          });
          expectSums(conv2dFilterGrad(tx, tdy, w.shape, options), conv.conv2dFilterGrad(x, dy, w.shape, options), {
            scale: conv.conv2dFilterGrad(X, DY, w.shape, options),
            terms: terms.dw,
            dtype,
            label: 'dw',
          });
          const [db, DB] = [conv.conv2dBiasGrad(dy), conv.conv2dBiasGrad(DY)];
          expectSums(conv2dBiasGrad(tdy), db, { scale: DB, terms: terms.dw, dtype, label: 'db' });
        });
      }),
      runs(400),
    );
  });

  it.each(['auto', 'winograd2', 'winograd4'] as const)(
    'conv2d and its gradients, by %s, within one bound for all results',
    algorithm => {
      fc.assert(
        fc.property(algorithm === 'auto' ? convolutions : winogradConvolutions, c => {
          const { dtype, format } = c;
          const { x, w, b, dy } = numbersOf(c, dtype, c.seed);
          const terms = termsOf(c, dy);
          const options = { ...c.options, algorithm };
          const kind = algorithm === 'winograd2' ? algorithm : 'winograd4';
          const check = (result: Tensor, exact: Values, bound: number, label: string): void => {
            expectWithin(result, exact, () => bound, label);
          };
          scope(() => {
            const [tx, tw, tb, tdy] = [made(x, dtype, format), made(w, dtype), made(b, dtype), made(dy, dtype, format)];
            const y = conv.conv2d(x, w, b, options);
            check(conv2d(tx, tw, tb, options), y, winogradBound(kind, dtype, terms.y, x, w, b), 'y');
            const dx = conv.conv2dInputGrad(dy, w, x.shape, options);
            const dxBound = winogradBound(kind, dtype, terms.dx, dy, w);
            check(conv2dInputGrad(tdy, tw, x.shape, options), dx, dxBound, 'dx');
            const dw = conv.conv2dFilterGrad(x, dy, w.shape, options);
            const dwBound = winogradBound(kind, dtype, terms.dw, x, dy);
            check(conv2dFilterGrad(tx, tdy, w.shape, options), dw, dwBound, 'dw');
          });
        }),
        runs(algorithm === 'auto' ? 150 : 40),
      );
    },
  );

  it('both pools and their gradients', () => {
    fc.assert(
      fc.property(pools, fc.boolean(), ({ shape, options, dtype, format, seed: from }, countIncludePad) => {
        const x = random(shape, from, dtype);
        const dy = random(pool.windows(shape, options).outputShape, from + 1, dtype);
        const [kh, kw] = options.kernelSize;
        const average = { ...options, countIncludePad };
        scope(() => {
          const [tx, tdy] = [made(x, dtype, format), made(dy, dtype, format)];
          const sums = { terms: kh * kw, dtype, c: 2 };
          expectExactly(maxPool2d(tx, options), pool.maxPool2d(x, options), 'max');
          expectSums(maxPool2dGrad(tdy, tx, options), pool.maxPool2dGrad(dy, x, options), {
            ...sums,
            scale: pool.maxPool2dGrad(magnitude(dy), x, options),
            label: 'gradient of max',
          });
          expectSums(avgPool2d(tx, average), pool.avgPool2d(x, average), {
            ...sums,
            scale: pool.avgPool2d(magnitude(x), average),
            label: 'mean',
          });
          expectSums(avgPool2dGrad(tdy, shape, average), pool.avgPool2dGrad(dy, shape, average), {
            ...sums,
            scale: pool.avgPool2dGrad(magnitude(dy), shape, average),
            label: 'gradient of mean',
          });
        });
      }),
      runs(200),
    );
  });
});

describe('a layer in eval()', () => {
  it.each(['direct', 'winograd2', 'winograd4'] as const)(
    'Conv2D by %s gives the same bits as in training, with any options and inputs of several sizes',
    algorithm => {
      fc.assert(
        fc.property(algorithm === 'direct' ? convolutions : winogradConvolutions, c => {
          const { dtype, format, inChannels, outChannels, kernel: kernelSize, bias, size } = c;
          const options = c.options as { stride: number };
          const layer = new Conv2D({ inChannels, outChannels, kernelSize, bias, dtype, algorithm, ...options });
          scope(() => {
            const larger = { ...c, size: [size[0] + 3, size[1] + 5] as const };
            const inputs = [c, larger, c].map(sizes => made(numbersOf(sizes, dtype, c.seed).x, dtype, format));
            const trained = inputs.map(x => read(layer.forward(x)));
            layer.eval();
            inputs.forEach((x, i) => {
              expectExactly(layer.forward(x), trained[i] as Values, `input ${i}`);
            });
          });
          layer.dispose();
        }),
        runs(50),
      );
    },
  );

  it("Conv2D by 'auto' keeps to the sums of training within rounding, whatever it chooses for inputs of several sizes", () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const layer = new Conv2D({ inChannels: 24, outChannels: 16, kernelSize: 3, padding: 1, dtype });
      scope(() => {
        const inputs = [1, 2, 4, 9, 17, 33, 2, 17].map(n => made(random([2, 24, n, n + 1], n, dtype), dtype));
        const trained = inputs.map(x => read(layer.forward(x)));
        layer.eval();
        inputs.forEach((x, i) => {
          expectRelative(layer.forward(x), trained[i] as Values, 64 * epsilon[dtype], `input ${i}, ${dtype}`);
        });
      });
      layer.dispose();
    }
  });
});

describe('algebra of convolution', () => {
  it('the gradients are adjoint to it: <conv(x, w), dy> = <x, inputGrad(dy)> = <w, filterGrad(x, dy)>', () => {
    fc.assert(
      fc.property(convolutions, c => {
        const { dtype, format } = c;
        const options = { ...c.options, algorithm: 'direct' as const };
        const { x, w, dy } = numbersOf(c, dtype, c.seed);
        scope(() => {
          const [tx, tw, tdy] = [made(x, dtype, format), made(w, dtype), made(dy, dtype, format)];
          const y = read(conv2d(tx, tw, null, options));
          const dx = read(conv2dInputGrad(tdy, tw, x.shape, options));
          const dw = read(conv2dFilterGrad(tx, tdy, w.shape, options));
          const forward = inner(y, dy);
          // Every product of the three is one of x * w * dy; their magnitudes bound the rounding of all three sums.
          const scale = inner(conv.conv2d(magnitude(x), magnitude(w), null, options), magnitude(dy));
          const bound = 4 * Math.sqrt(sizeOf(dy.shape)) * epsilon[dtype] * scale;
          expect(Math.abs(inner(x, dx) - forward), 'x').toBeLessThanOrEqual(bound);
          expect(Math.abs(inner(w, dw) - forward), 'w').toBeLessThanOrEqual(bound);
        });
      }),
      runs(200),
    );
  });

  it('it is linear: conv(x + y) = conv(x) + conv(y) to rounding, conv(2 x) = 2 conv(x) exactly', () => {
    fc.assert(
      fc.property(convolutions, c => {
        const { dtype, format, options } = c;
        const direct = { ...options, algorithm: 'direct' as const };
        const { x: first, w, dy } = numbersOf(c, dtype, c.seed);
        // Sixteenths: their sum is exact in either dtype.
        const sixteenths = (a: Values): Values => ({ shape: a.shape, data: a.data.map(v => Math.round(v * 16) / 16) });
        const [x1, x2] = [sixteenths(first), sixteenths(random(first.shape, c.seed + 9))];
        scope(() => {
          const tw = made(w, dtype);
          const of = (x: Values, o = direct as conv.ConvOptions): Values =>
            read(conv2d(made(x, dtype, format), tw, null, o));
          const [y1, y2, both] = [of(x1), of(x2), of(sum(x1, x2))];
          const scale = conv.conv2d(sum(magnitude(x1), magnitude(x2)), magnitude(w), null, options);
          expectSums(both, sum(y1, y2), { scale, terms: termsOf(c, dy).y, dtype, c: 3 });
          expectExactly(of(scaled(x1, 2)), scaled(y1, 2), 'direct');
          expectExactly(of(scaled(x1, 2), options), scaled(of(x1, options), 2), 'auto');
        });
      }),
      runs(100),
    );
  });
});

describe('finite differences in float64', () => {
  const dtype = 'float64' as const;

  /** Compares backward with central differences of sum(dy * forward(x)), for the input and each parameter. */
  function checkLayer(layer: Layer, x: Values, batch: number): void {
    const input = made(x, dtype);
    const y = layer.forward(input);
    const dy = random(y.shape, 5);
    const dx = read(layer.backward(made(dy, dtype)));
    const value = (): number => scope(() => inner(read(layer.forward(input)), dy));
    const numeric = numericalGradient(moved => {
      input.set(moved.data);
      return value();
    }, x);
    expectRelative(dx, numeric, 1e-7, 'dx');
    input.set(x.data);
    for (const { name, param, grad } of parameters(layer)) {
      const before = read(param);
      const numericGrad = numericalGradient(moved => {
        param.set(moved.data);
        return value();
      }, before);
      param.set(before.data);
      // The layer's own gradients are means over the batch.
      expectRelative(scaled(read(grad), batch), numericGrad, 1e-7, name);
    }
  }

  function parameters(layer: Layer): { name: string; param: Tensor; grad: Tensor }[] {
    const own = Object.entries(layer.params).map(([name, param]) => {
      const grad = layer.grads[name];
      if (!grad) throw new Error(`${layer.constructor.name}.grads.${name} is ${grad}`);
      return { name: `${layer.constructor.name}.${name}`, param, grad };
    });
    return layer instanceof Sequential ? layer.layers.flatMap(parameters) : own;
  }

  it('Conv2D with any options', () => {
    fc.assert(
      fc.property(convolutions, c => {
        const small = { ...c, batch: Math.min(2, c.batch), dtype };
        const layer = new Conv2D({
          inChannels: c.inChannels,
          outChannels: c.outChannels,
          kernelSize: c.kernel,
          bias: c.bias,
          dtype,
          ...(c.options as { stride: number }),
        });
        scope(() => checkLayer(layer, numbersOf(small, dtype, c.seed).x, small.batch));
        layer.dispose();
      }),
      runs(15),
    );
  });

  const layers: [string, () => Layer, number[]][] = [
    ['Linear', () => new Linear({ inFeatures: 5, outFeatures: 3, dtype }), [4, 5]],
    ['Linear without bias', () => new Linear({ inFeatures: 5, outFeatures: 3, bias: false, dtype }), [4, 5]],
    ['ReLU', () => new ReLU(), [2, 3, 4, 5]],
    ['ReLU6', () => new ReLU6(), [2, 3, 4, 5]],
    ['LeakyReLU', () => new LeakyReLU(), [2, 3, 4, 5]],
    ['LeakyReLU, steeper', () => new LeakyReLU({ negativeSlope: 0.3 }), [2, 3, 4, 5]],
    ['HardSwish', () => new HardSwish(), [2, 3, 4, 5]],
    ['Sigmoid', () => new Sigmoid(), [2, 3, 4, 5]],
    ['Tanh', () => new Tanh(), [2, 3, 4, 5]],
    ['SiLU', () => new SiLU(), [2, 3, 4, 5]],
    ['Softmax', () => new Softmax(), [4, 7]],
    ['Flatten', () => new Flatten(), [2, 3, 4, 5]],
    ['MaxPool2D', () => new MaxPool2D({ kernelSize: 2 }), [2, 3, 4, 6]],
    ['MaxPool2D, overlapping and padded', () => new MaxPool2D({ kernelSize: 3, stride: 2, padding: 1 }), [2, 3, 5, 6]],
    ['AvgPool2D', () => new AvgPool2D({ kernelSize: 2 }), [2, 3, 4, 6]],
    [
      'AvgPool2D, overlapping, padding counted',
      () => new AvgPool2D({ kernelSize: 3, stride: 2, padding: 1 }),
      [2, 3, 5, 6],
    ],
    [
      'AvgPool2D, overlapping, padding not counted',
      () => new AvgPool2D({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
      [2, 3, 5, 6],
    ],
    [
      'Sequential',
      () =>
        new Sequential([
          new Conv2D({
            inChannels: 2,
            outChannels: 3,
            kernelSize: 3,
            padding: 1,
            initializer: normal({ seed: 1 }),
            dtype,
          }),
          new ReLU(),
          new MaxPool2D({ kernelSize: 2 }),
          new Flatten(),
          new Linear({ inFeatures: 18, outFeatures: 4, initializer: normal({ seed: 2 }), dtype }),
        ]),
      [2, 2, 4, 6],
    ],
  ];

  it.each(layers)('%s', (_, make, shape) => {
    const layer = make();
    // Distinct inputs keep away from the kinks of ReLU and of the maximum.
    scope(() => checkLayer(layer, distinct(shape, 3), at(shape, 0)));
  });

  it('SoftmaxCrossEntropy: the gradient of each sample, not divided by the batch', () => {
    const [batches, sizes, smoothing] = [
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(0, 0.1, 0.8, 1),
    ];
    fc.assert(
      fc.property(batches, sizes, smoothing, fc.nat(), (batch, classes, labelSmoothing, from) => {
        const logits = scaled(random([batch, classes], from), 3);
        const labels = Int32Array.from(random([batch], from + 1).data, v => Math.floor(((v + 1) / 2) * classes));
        scope(() => {
          const loss = new SoftmaxCrossEntropy({ labelSmoothing });
          loss.forward(tensor(logits.data, logits.shape, dtype), labels);
          const dLogits = read(loss.backward());
          const numeric = numericalGradient(
            moved =>
              batch *
              scope(() =>
                new SoftmaxCrossEntropy({ labelSmoothing }).forward(tensor(moved.data, moved.shape, dtype), labels),
              ),
            logits,
          );
          for (let i = 0; i < numeric.data.length; i++)
            expect(Math.abs(at(dLogits.data, i) - at(numeric.data, i))).toBeLessThanOrEqual(1e-8);
        });
      }),
      runs(20),
    );
  });

  it.each([
    ['MSE', MSE],
    ['BCEWithLogits', BCEWithLogits],
  ] as const)('%s: the gradient of each sample, not divided by the batch', (_, Loss) => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(), (shape, from) => {
        const prediction = scaled(random(shape, from), 3);
        const target = magnitude(random(shape, from + 1));
        scope(() => {
          const loss = new Loss();
          const wanted = made(target, dtype);
          loss.forward(made(prediction, dtype), wanted);
          const gradient = read(loss.backward());
          const numeric = numericalGradient(
            moved => at(shape, 0) * scope(() => new Loss().forward(made(moved, dtype), wanted)),
            prediction,
          );
          expectWithin(gradient, numeric, () => 1e-8, 'gradient');
        });
      }),
      runs(20),
    );
  });
});
