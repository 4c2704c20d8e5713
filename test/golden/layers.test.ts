import { describe, expect, it } from 'vitest';
import * as convasm from '../../src/index.ts';
import { expectNumber, expectRelative, expectWithin, winogradBound } from '../helpers/compare.ts';
import { type Format, formats, made } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, largest, type Values } from '../helpers/values.ts';
import { goldenFile } from './file.ts';

// Single layers and losses beside PyTorch's results in float64, which make.py has written. Inputs are numbers of float32: most sums
// of products in float64 are exact, so that a convolution in float64 has but one right answer.

interface Case {
  readonly key: string;
  readonly layer: string;
  readonly options: Record<string, unknown>;
}

interface LayerCase extends Case {
  /** Of each result that is a sum of products: how many they are at most, and the largest sum of their magnitudes. */
  readonly sums?: Record<string, { terms: number; size: number }>;
}

interface LossCase extends Case {
  readonly loss: number;
  readonly labels?: number[];
}

const { cases, values, names } = goldenFile<LayerCase | LossCase>('layers');
const losses = cases.filter((c): c is LossCase => 'loss' in c);
const layers = cases.filter((c): c is LayerCase => !('loss' in c));

const classes = new Map<string, unknown>(Object.entries(convasm));
const withDType = /Conv|Linear|BatchNorm/;

function makeLayer({ layer, options }: Case, dtype: DType, algorithm: string): convasm.Layer {
  const type = classes.get(layer) as new (options: Record<string, unknown>) => convasm.Layer;
  const more = { ...(withDType.test(layer) ? { dtype } : {}), ...(algorithm === 'auto' ? {} : { algorithm }) };
  return new type({ ...options, ...more });
}

/** Those that a convolution can be computed by. */
function algorithmsOf({ layer, options }: Case): string[] {
  if (!layer.includes('Conv')) return ['auto'];
  const { groups = 1, stride = 1, dilation = 1, multiplier = 1, kernelSize } = options;
  const planar = groups === 1 && multiplier === 1;
  const winograd = !layer.startsWith('Depthwise') && String([groups, stride, dilation, kernelSize]) === '1,1,1,3';
  return ['auto', 'direct', ...(planar ? ['planar'] : []), ...(winograd ? ['winograd2', 'winograd4'] : [])];
}

/** What a layer answers, by the names of the file. */
function results(c: Case, layer: convasm.Layer, dtype: DType, format: Format): Record<string, convasm.Tensor> {
  const tensorOf = (name: string) => {
    const value = values(`${c.key}/${name}`);
    return made(value, dtype, value.shape.length === 4 ? format : 'contiguous');
  };
  for (const [name, parameter] of Object.entries(layer.params)) parameter.set(values(`${c.key}/${name}`).data);
  if (layer instanceof convasm.BatchNorm2D) layer.forward(tensorOf('first'));
  const x = tensorOf('x');
  const y = layer.forward(x);
  const dx = layer.backward(tensorOf('dy'));
  const gradients = Object.entries(layer.grads).map(([name, gradient]) => [`d${name}`, gradient]);
  const evaluated = layer instanceof convasm.BatchNorm2D ? { evaluated: layer.eval().forward(x) } : {};
  return { y, dx, ...Object.fromEntries(gradients), ...layer.buffers, ...evaluated };
}

const inputs = ['x', 'dy', 'first', 'W', 'b', 'weight', 'bias'];

/** How many eps y may be off by, relative to itself, and dx (dy is at most 1), whose error does not grow less where it saturates. */
const ELEMENTS: Readonly<Record<string, { y: number; dx: number }>> = {
  ReLU: { y: 0, dx: 0 },
  ReLU6: { y: 0, dx: 0 },
  LeakyReLU: { y: 1, dx: 1 },
  HardSwish: { y: 2, dx: 2 },
  Sigmoid: { y: 4, dx: 2 },
  Tanh: { y: 4, dx: 4 },
  // x (1 - s) carries the error of s, and the largest x that counts is 20.
  SiLU: { y: 4, dx: 20 },
  Softmax: { y: 8, dx: 4 },
  // dx: the sum of up to 4 elements of dy.
  MaxPool2D: { y: 0, dx: 4 },
};

/** How many eps any result may be off by, relative to the largest. */
const WHOLE: Readonly<Record<string, number>> = { AvgPool2D: 2, GlobalAvgPool2D: 2, BatchNorm2D: 8 };

/** Where e^x would be subnormal in float32, results are 0: this is what |x| e^x may then be. */
const least = { float32: 100 * 2 ** -126, float64: 0 };

/** What an element may be off by. In float64 PyTorch's own results are, too: the constants cover both. */
function boundOf(c: LayerCase, what: string, algorithm: string, dtype: DType): (index: number) => number {
  const eps = epsilon[dtype];
  const wanted = values(`${c.key}/${what}`);
  const sum = c.sums?.[what];
  if (sum) {
    const factors = { y: ['x', 'W'], dx: ['dy', 'W'], dW: ['x', 'dy'] }[what];
    if (!factors || !algorithm.startsWith('winograd')) return () => 2 * Math.sqrt(sum.terms) * eps * sum.size;
    const [left, right] = factors.map(name => values(`${c.key}/${name}`)) as [Values, Values];
    const bound = winogradBound(algorithm as 'winograd2', dtype, sum.terms, left, right);
    return () => bound;
  }
  const elements = ELEMENTS[c.layer];
  if (!elements) return () => (WHOLE[c.layer] as number) * eps * largest(wanted);
  if (what === 'dx') return () => elements.dx * eps;
  return i => {
    const size = Math.abs(at(wanted.data, i));
    return size === Number.POSITIVE_INFINITY ? 0 : elements.y * (eps * size + least[dtype]);
  };
}

describe.each(dtypes)('layers as PyTorch has them, in %s', dtype => {
  it.each(layers.map(c => [c.key, c] as const))('%s', (_, c) => {
    const known = names(c.key).filter(name => !inputs.includes(name));
    for (const algorithm of algorithmsOf(c))
      for (const format of formats) {
        const layer = makeLayer(c, dtype, algorithm);
        const got = results(c, layer, dtype, format);
        expect(Object.keys(got).sort()).toEqual(known.sort());
        for (const [what, value] of Object.entries(got)) {
          const bound = boundOf(c, what, algorithm, dtype);
          expectWithin(value, values(`${c.key}/${what}`), bound, `${what} by ${algorithm}, ${format}`);
        }
        layer.dispose();
      }
  });
});

/** How many eps a loss may be off by, relative to itself, and its gradient, relative to the largest. */
const LOSSES: Readonly<Record<string, { loss: number; dx: number }>> = {
  SoftmaxCrossEntropy: { loss: 8, dx: 8 },
  MSE: { loss: 4, dx: 2 },
  BCEWithLogits: { loss: 8, dx: 8 },
};

/** The loss and its gradient. */
function evaluate({ key, layer, options, labels }: LossCase, x: convasm.Tensor): { loss: number; dx: convasm.Tensor } {
  if (labels) {
    const of = new convasm.SoftmaxCrossEntropy(options);
    return { loss: of.forward(x, Int32Array.from(labels)), dx: of.backward() };
  }
  const of = layer === 'MSE' ? new convasm.MSE() : new convasm.BCEWithLogits();
  return { loss: of.forward(x, made(values(`${key}/target`), x.dtype)), dx: of.backward() };
}

describe.each(dtypes)('losses as PyTorch has them, in %s', dtype => {
  it.each(losses.map(c => [c.key, c] as const))('%s', (_, c) => {
    const { loss, dx } = evaluate(c, made(values(`${c.key}/x`), dtype));
    const allowed = LOSSES[c.layer] as { loss: number; dx: number };
    expectNumber(loss, c.loss, allowed.loss * epsilon[dtype], 'loss');
    expectRelative(dx, values(`${c.key}/dx`), allowed.dx * epsilon[dtype], 'dx');
  });
});

it('golden layers and losses are 40 and 5 cases', () => {
  expect([layers.length, losses.length]).toEqual([40, 5]);
});
