import { describe, expect, it } from 'vitest';
import { ArgumentError, runtimeInfo, type Tensor } from '../../src/index.ts';
import {
  avgPool2d,
  avgPool2dGrad,
  conv2d,
  conv2dBiasGrad,
  conv2dFilterGrad,
  conv2dInputGrad,
  linear,
  linearBiasGrad,
  linearInputGrad,
  linearWeightGrad,
  maxPool2d,
  maxPool2dGrad,
  relu,
  reluGrad,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
} from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { type Format, formats, made } from '../helpers/tensors.ts';
import { random, type Values } from '../helpers/values.ts';
import * as reference from '../reference/relu.ts';

type Call = (inputs: Tensor[], out: Tensor | undefined) => Tensor;

const one = { kernelSize: 1, stride: 1 };
const labels = Int32Array.of(0, 1, 2);

/** Ops with inputs of such shapes that the result has the shape of each input in `same`. */
const ops: [string, number[][], number[], Call][] = [
  [
    'conv2d',
    [
      [3, 3, 1, 1],
      [3, 3, 1, 1],
    ],
    [0, 1],
    ([x, w], out) => conv2d(x as Tensor, w as Tensor, null, { out }),
  ],
  [
    'conv2dInputGrad',
    [
      [3, 3, 1, 1],
      [3, 3, 1, 1],
    ],
    [0, 1],
    ([dy, w], out) => conv2dInputGrad(dy as Tensor, w as Tensor, [3, 3, 1, 1], { out }),
  ],
  [
    'conv2dFilterGrad',
    [
      [3, 3, 1, 1],
      [3, 3, 1, 1],
    ],
    [0, 1],
    ([x, dy], out) => conv2dFilterGrad(x as Tensor, dy as Tensor, [3, 3, 1, 1], { out }),
  ],
  [
    'linear',
    [
      [3, 3],
      [3, 3],
    ],
    [0, 1],
    ([x, w], out) => linear(x as Tensor, w as Tensor, null, { out }),
  ],
  [
    'linearInputGrad',
    [
      [3, 3],
      [3, 3],
    ],
    [0, 1],
    ([dy, w], out) => linearInputGrad(dy as Tensor, w as Tensor, { out }),
  ],
  [
    'linearWeightGrad',
    [
      [3, 3],
      [3, 3],
    ],
    [0, 1],
    ([x, dy], out) => linearWeightGrad(x as Tensor, dy as Tensor, { out }),
  ],
  ['maxPool2d', [[2, 3, 4, 5]], [0], ([x], out) => maxPool2d(x as Tensor, { ...one, out })],
  [
    'maxPool2dGrad',
    [
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ],
    [0, 1],
    ([dy, x], out) => maxPool2dGrad(dy as Tensor, x as Tensor, { ...one, out }),
  ],
  ['avgPool2d', [[2, 3, 4, 5]], [0], ([x], out) => avgPool2d(x as Tensor, { ...one, out })],
  ['avgPool2dGrad', [[2, 3, 4, 5]], [0], ([dy], out) => avgPool2dGrad(dy as Tensor, [2, 3, 4, 5], { ...one, out })],
  [
    'reluGrad, as x',
    [
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ],
    [1],
    ([dy, x], out) => reluGrad(dy as Tensor, x as Tensor, { out }),
  ],
  ['softmaxCrossEntropy', [[3, 4]], [0], ([z], out) => softmaxCrossEntropy(z as Tensor, labels, { out }).probabilities],
  ['softmaxCrossEntropyGrad', [[3, 4]], [0], ([p], out) => softmaxCrossEntropyGrad(p as Tensor, labels, { out })],
];

describe('`out` that shares memory with an input', () => {
  it.each(ops)('is refused by %s, and nothing changes', (_, shapes, same, call) => {
    const numbers = shapes.map((shape, i) => random(shape, i, 'float32'));
    for (const i of same) {
      const inputs = numbers.map(values => made(values));
      const input = inputs[i] as Tensor;
      for (const out of [input, input.reshape(input.shape)])
        expectArgumentError(() => call(inputs, out), ArgumentError, 'out', 'shares memory');
      inputs.forEach((t, n) => {
        expectExactly(t, numbers[n] as Values);
      });
    }
  });

  it('is refused also where it is a bias', () => {
    const [x, w, b] = [made(random([1, 3], 1)), made(random([3, 3], 2)), made(random([3], 3))];
    expectArgumentError(() => linear(x, w, b, { out: b.reshape([1, 3]) }), ArgumentError, 'out', 'shares memory');
    const dy = made(random([1, 3, 1, 1], 4));
    expectArgumentError(() => conv2dBiasGrad(dy, { out: dy.reshape([3]) }), ArgumentError, 'out', 'shares memory');
    const rows = made(random([1, 3], 4));
    expectArgumentError(() => linearBiasGrad(rows, { out: rows.reshape([3]) }), ArgumentError, 'out', 'shares memory');
  });

  const numbers = { x: random([2, 3, 4, 5], 1, 'float32'), dy: random([2, 3, 4, 5], 2, 'float32') };
  const pairs = formats.flatMap(a => formats.map(b => [a, b] as [Format, Format]));

  it.each(formats)('may be the input of relu: in place, %s', format => {
    const x = made(numbers.x, 'float32', format);
    expect(relu(x, { out: x })).toBe(x);
    expectExactly(x, reference.relu(numbers.x));
  });

  it.each(pairs)('may be the dy of reluGrad: in place, dy %s, x %s', (dyFormat, xFormat) => {
    const [dy, x] = [made(numbers.dy, 'float32', dyFormat), made(numbers.x, 'float32', xFormat)];
    expect(reluGrad(dy, x, { out: dy })).toBe(dy);
    expectExactly(dy, reference.reluGrad(numbers.dy, numbers.x));
  });
});

describe('an op', () => {
  it.each(ops)('%s allocates its result only: with `out`, nothing after the first call', (_, shapes, __, call) => {
    const inputs = shapes.map((shape, i) =>
      made(random(shape, i), 'float32', shape.length === 4 ? 'channels-last' : 'contiguous'),
    );
    const out = call(inputs, undefined);
    call(inputs, out);
    const before = runtimeInfo().memory;
    for (let i = 0; i < 10; i++) call(inputs, out);
    expect(runtimeInfo().memory).toEqual(before);
  });
});
