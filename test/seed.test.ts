import { afterAll, describe, expect, it } from 'vitest';
import { Conv2D, type Tensor, tensor } from '../src/index.ts';
import { expectExactly, expectRelative, Ledger } from './helpers/compare.ts';
import { sharedFile } from './helpers/shared.ts';
import { made } from './helpers/tensors.ts';
import { dtypes, filled, valuesOf } from './helpers/values.ts';

const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What the notebook prints, number for number. */
const examples = [
  {
    name: 'the edge detector',
    filters: [1, 0, -1, 1, 0, -1, 1, 0, -1],
    y: [-7, -4, 7, -15, -6, 15, -13, -4, 13],
  },
  {
    name: 'filters of ones and twos',
    filters: [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2],
    y: [12, 21, 16, 27, 45, 33, 24, 39, 28, 24, 42, 32, 54, 90, 66, 48, 78, 56],
    gradients: {
      loss: 735,
      W: [12, 21, 16, 27, 45, 33, 24, 39, 28, 12, 21, 16, 27, 45, 33, 24, 39, 28],
      b: [9, 9],
      dx: [12, 18, 12, 18, 27, 18, 12, 18, 12],
    },
  },
  {
    name: 'filters that are not symmetric',
    filters: [2, 1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 1, 1],
    y: [12, 21, 16, 27, 46, 35, 24, 43, 33, 12, 21, 16, 27, 47, 37, 24, 47, 38],
    gradients: {
      loss: 526,
      W: [12, 21, 16, 27, 45, 33, 24, 39, 28, 12, 21, 16, 27, 45, 33, 24, 39, 28],
      b: [9, 9],
      dx: [11, 15, 8, 15, 21, 12, 8, 12, 8],
    },
  },
];

describe.each(dtypes)("the notebook's examples in %s", dtype => {
  it.each(examples)('$name: the printed numbers, exactly', ({ filters, y, gradients }) => {
    const outChannels = filters.length / 9;
    const layer = new Conv2D({ inChannels: 1, outChannels, kernelSize: 3, stride: 1, padding: 1, dtype });
    layer.filters = tensor(filters, [outChannels, 1, 3, 3], dtype);
    layer.bias = tensor(new Array(outChannels).fill(0), [outChannels], dtype);

    const output = layer.forward(tensor(image, [1, 1, 3, 3], dtype));
    expectExactly(output, valuesOf([1, outChannels, 3, 3], y), 'output');
    if (gradients === undefined) return;

    expect([...output.data].reduce((sum, value) => sum + value, 0)).toBe(gradients.loss);
    const dx = layer.backward(made(filled(output.shape, 1), dtype));
    expectExactly(dx, valuesOf([1, 1, 3, 3], gradients.dx), 'input gradient');
    expectExactly(layer.grads.W as Tensor, valuesOf([outChannels, 1, 3, 3], gradients.W), 'grads.W');
    expectExactly(layer.grads.b as Tensor, valuesOf([outChannels], gradients.b), 'grads.b');
  });
});

interface SeedCase {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly weightDecay: boolean;
  readonly weightDecayLambda: number;
  readonly xShape: number[];
  readonly yShape: number[];
  readonly W: number[];
  readonly b: number[];
  readonly x: number[];
  readonly y: number[];
  readonly dy: number[];
  readonly dx: number[];
  readonly dW: number[];
  readonly db: number[];
}

const file = sharedFile('seed/vectors.json');

describe.skipIf(file.missing)(file.title("the notebook's own results"), () => {
  const cases = file.json<SeedCase>();
  const ledger = new Ledger('seed/vectors.json');
  afterAll(() => console.log(ledger.summary()));

  it('are 12 cases', () => expect(cases).toHaveLength(12));

  describe.each([
    ['float64', 1e-12],
    ['float32', 1e-5],
  ] as const)('in %s, to %s of the largest', (dtype, tolerance) => {
    it.each(
      cases.map((c, i) => ({
        ...c,
        name: `case ${i}: ${c.inChannels}->${c.outChannels} k${c.kernelSize} s${c.stride} p${c.padding} decay ${c.weightDecay}`,
      })),
    )('$name', c => {
      const { inChannels, outChannels, kernelSize, stride, padding, weightDecay, weightDecayLambda } = c;
      const layer = new Conv2D({
        inChannels,
        outChannels,
        kernelSize,
        stride,
        padding,
        weightDecay,
        weightDecayLambda,
        dtype,
      });
      const filterShape = [outChannels, inChannels, kernelSize, kernelSize];
      layer.filters = tensor(c.W, filterShape, dtype);
      layer.bias = tensor(c.b, [outChannels], dtype);
      const y = layer.forward(tensor(c.x, c.xShape, dtype));
      const dx = layer.backward(tensor(c.dy, c.yShape, dtype));
      const results = [
        ['y', y, valuesOf(c.yShape, c.y)],
        ['dx', dx, valuesOf(c.xShape, c.dx)],
        ['grads.W', layer.grads.W, valuesOf(filterShape, c.dW)],
        ['grads.b', layer.grads.b, valuesOf([outChannels], c.db)],
      ] as const;
      for (const [what, actual, expected] of results) {
        if (!actual) expect.fail(`${what} is ${actual}`);
        ledger.record(dtype, expectRelative(actual, expected, tolerance, what), `${c.name} ${what}`);
      }
    });
  });
});
