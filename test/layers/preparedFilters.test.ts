import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DTypeError,
  runtimeInfo,
  Sequential,
  ShapeError,
  scope,
  type Tensor,
  zeros,
} from '../../src/index.ts';
import { expectWithin, winogradBound } from '../helpers/compare.ts';
import { numbersOf } from '../helpers/convCases.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { normOf } from '../helpers/networks.ts';
import { convolutions, planarConvolutions, runs, winogradConvolutions } from '../helpers/property.ts';
import { made, read } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, largest, magnitude, map, random, type Values } from '../helpers/values.ts';
import { batchNorm } from '../reference/batchNorm2d.ts';
import * as conv from '../reference/conv2d.ts';
import { convTranspose2d } from '../reference/convTranspose2d.ts';

/**
 * y is what a convolution and a normalisation make of sums of `terms` products, as docs/numerics.md promises it: within
 * (2 sqrt(K) + 4) eps S, S = |s| (sum |x| |w| + |b| + |mean|) + |bias|, for each result by itself.
 */
function expectFolded(y: Tensor, sums: Values, magnitudes: Values, norm: BatchNorm2D, terms: number): void {
  const { expected, S } = normalised(sums, magnitudes, norm);
  const factor = (2 * Math.sqrt(terms) + 4) * epsilon[y.dtype];
  expectWithin(y, expected, i => factor * at(S.data, i));
}

/** The normalisation of sums, S of each, and the factors s. */
function normalised(sums: Values, magnitudes: Values, norm: BatchNorm2D) {
  const { weight = null, bias = null } = norm.params;
  const [mean, variance] = [read(norm.runningMean), read(norm.runningVar)];
  const [w, beta] = [weight && read(weight), bias && read(bias)];
  const s = map(variance, (v, c) => (w ? at(w.data, c) : 1) / Math.sqrt(v + norm.eps));
  const pixels = at(sums.shape, 2) * at(sums.shape, 3);
  const S = map(magnitudes, (sum, i) => {
    const c = Math.floor(i / pixels) % at(sums.shape, 1);
    return Math.abs(at(s.data, c)) * (sum + Math.abs(at(mean.data, c))) + (beta ? Math.abs(at(beta.data, c)) : 0);
  });
  return { expected: batchNorm(sums, { mean, variance }, w, beta, norm.eps), S, s, mean, beta };
}

/** The layer, with W and b as given, in front of the normalisation. */
function foldedNet(layer: Conv2D | ConvTranspose2D, norm: BatchNorm2D, w: Values, b: Values): Sequential {
  layer.params.W?.set(w.data);
  layer.params.b?.set(b.data);
  return new Sequential([layer, norm]).eval();
}

describe('filters with a normalisation folded in', () => {
  it.each(['direct', 'planar'] as const)(
    'meet the float64 reference of both layers, with all options of a convolution, by %s sums',
    algorithm => {
      fc.assert(
        fc.property(algorithm === 'direct' ? convolutions : planarConvolutions, fc.boolean(), (c, affine) => {
          const { dtype, format, inChannels, outChannels, kernel: kernelSize, bias } = c;
          const { x, w, b } = numbersOf(c, dtype, c.seed);
          const options = { ...(c.options as { stride: number }), algorithm };
          const layer = new Conv2D({ inChannels, outChannels, kernelSize, bias, dtype, ...options });
          const norm = normOf(outChannels, dtype, c.seed, affine);
          const net = foldedNet(layer, norm, w, b);
          const [sums, magnitudes] = [x, magnitude(x)].map((v, i) => {
            const [W, B] = i ? [magnitude(w), magnitude(b)] : [w, b];
            return conv.conv2d(v, W, bias ? B : null, c.options);
          }) as [Values, Values];
          const terms = (inChannels / (c.options.groups ?? 1)) * kernelSize[0] * kernelSize[1] + 1;
          scope(() => expectFolded(net.forward(made(x, dtype, format)), sums, magnitudes, norm, terms));
          net.dispose();
        }),
        runs(150),
      );
    },
  );

  it.each(['winograd2', 'winograd4'] as const)('and by %s, within one bound for all results', algorithm => {
    fc.assert(
      fc.property(winogradConvolutions, c => {
        const { dtype, format, inChannels, outChannels } = c;
        const { x, w, b } = numbersOf(c, dtype, c.seed);
        const options = { ...(c.options as { padding: number }), algorithm };
        const layer = new Conv2D({ inChannels, outChannels, kernelSize: 3, dtype, ...options });
        const norm = normOf(outChannels, dtype, c.seed);
        const net = foldedNet(layer, norm, w, b);
        const sums = conv.conv2d(x, w, b, c.options);
        const magnitudes = conv.conv2d(magnitude(x), magnitude(w), magnitude(b), c.options);
        const { expected, S, s, mean, beta } = normalised(sums, magnitudes, norm);
        const foldedW = map(w, (v, i) => v * at(s.data, Math.floor(i / (9 * inChannels))));
        const foldedB = map(b, (v, o) => (v - at(mean.data, o)) * at(s.data, o) + (beta ? at(beta.data, o) : 0));
        const bound =
          winogradBound(algorithm, dtype, 9 * inChannels, x, foldedW, foldedB) + 4 * epsilon[dtype] * largest(S);
        scope(() => {
          expectWithin(net.forward(made(x, dtype, format)), expected, () => bound);
        });
        net.dispose();
      }),
      runs(100),
    );
  });

  it.each(dtypes)('of a transposed convolution, too, in %s', dtype => {
    for (const [outChannels, bias] of [
      [1, true],
      [4, false],
      [5, true],
    ] as const) {
      const options = { stride: 2, padding: 1, outputPadding: 1, algorithm: 'direct' as const };
      const layer = new ConvTranspose2D({ inChannels: 3, outChannels, kernelSize: 3, bias, dtype, ...options });
      const norm = normOf(outChannels, dtype, 3);
      const [x, w, b] = [[2, 3, 4, 5], [3, outChannels, 3, 3], [outChannels]].map((s, i) => random(s, i, dtype)) as [
        Values,
        Values,
        Values,
      ];
      const net = foldedNet(layer, norm, w, b);
      const sums = convTranspose2d(x, w, bias ? b : null, options);
      const magnitudes = convTranspose2d(magnitude(x), magnitude(w), bias ? magnitude(b) : null, options);
      scope(() => expectFolded(net.forward(made(x, dtype)), sums, magnitudes, norm, 28));
    }
  });

  it.each(dtypes)('meet float64 statistics, and eps of 0, in %s', dtype => {
    const layer = new Conv2D({ inChannels: 2, outChannels: 3, kernelSize: 1, dtype, algorithm: 'direct' });
    const norm = new BatchNorm2D({ channels: 3, eps: 0, dtype });
    norm.buffers.runningMean = made(random([3], 1), 'float64');
    norm.buffers.runningVar = made(
      map(random([3], 2), v => v + 1.25),
      'float64',
    );
    const [x, w, b] = [random([1, 2, 3, 3], 3, dtype), random([3, 2, 1, 1], 4, dtype), random([3], 5, dtype)];
    const net = foldedNet(layer, norm, w, b);
    const magnitudes = conv.conv2d(magnitude(x), magnitude(w), magnitude(b), {});
    scope(() => expectFolded(net.forward(made(x, dtype)), conv.conv2d(x, w, b, {}), magnitudes, norm, 3));
  });
});

describe('folding refuses', () => {
  const netOf = (dtype: DType = 'float32') => {
    const norm = new BatchNorm2D({ channels: 5, dtype });
    const net = new Sequential([new Conv2D({ inChannels: 2, outChannels: 5, kernelSize: 1, dtype }), norm]).eval();
    return { net, norm, x: zeros([1, 2, 3, 3], dtype) };
  };

  it.each([
    ['weight', ShapeError, () => zeros([4])],
    ['bias', ShapeError, () => zeros([5, 1])],
    ['weight', DTypeError, () => zeros([5], 'float64')],
  ] as const)('a %s of the wrong kind: %o, as the layer itself', (name, error, wrong) => {
    const { net, norm, x } = netOf();
    norm.params[name] = wrong();
    for (const layer of [net, norm])
      expectArgumentError(() => layer.forward(layer === net ? x : zeros([1, 5, 3, 3])), error, name);
  });

  it('statistics of other sizes, and leaves nothing in memory; what was prepared before is still good', () => {
    const { net, norm, x } = netOf();
    const y = read(net.forward(x));
    const { runningVar } = norm;
    const wrong = zeros([4]);
    const { used } = runtimeInfo().memory;
    for (let i = 0; i < 2; i++) {
      norm.buffers.runningVar = wrong;
      expectArgumentError(() => net.forward(x), ShapeError, 'statistics.variance', '[4]', '[5]');
      expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
      norm.buffers.runningVar = runningVar;
    }
    expectWithin(net.forward(x), y, () => 0);
  });
});
