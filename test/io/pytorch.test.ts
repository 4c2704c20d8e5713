import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DepthwiseConv2D,
  type DType,
  decodeSafetensors,
  Flatten,
  Linear,
  loadStateDict,
  MaxPool2D,
  ReLU,
  Residual,
  Sequential,
  SiLU,
  type StoredTensor,
  stateDict,
  tensor,
} from '../../src/index.ts';
import { writeSafetensors } from '../../src/node/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { dtypes, largest, type Values, valuesOf } from '../helpers/values.ts';

/** The network of pytorch/net.py. */
function network(dtype: DType): Sequential {
  return new Sequential([
    new Conv2D({ inChannels: 2, outChannels: 6, kernelSize: [3, 2], padding: 1, dtype }),
    new BatchNorm2D({ channels: 6, dtype }),
    new ReLU(),
    new Residual(
      new Sequential([
        new DepthwiseConv2D({ channels: 6, kernelSize: 3, padding: 1, dtype }),
        new BatchNorm2D({ channels: 6, dtype }),
        new SiLU(),
        new Conv2D({ inChannels: 6, outChannels: 8, kernelSize: 1, dtype }),
      ]),
      new Conv2D({ inChannels: 6, outChannels: 8, kernelSize: 1, bias: false, dtype }),
    ),
    new ConvTranspose2D({
      inChannels: 8,
      outChannels: 4,
      kernelSize: [2, 3],
      stride: 2,
      padding: 1,
      outputPadding: 1,
      groups: 2,
      dtype,
    }),
    new BatchNorm2D({ channels: 4, affine: false, dtype }),
    new Sequential([new MaxPool2D({ kernelSize: 2 }), new Flatten()]),
    new Linear({ inFeatures: 4 * 4 * 7, outFeatures: 10, dtype }),
  ]);
}

/** A Python that has PyTorch. */
const python = process.env.CONVASM_PYTHON;

const fileOf = (name: string): Map<string, StoredTensor> =>
  decodeSafetensors(readFileSync(new URL(`pytorch/${name}.safetensors`, import.meta.url)), name).tensors;

const weights = fileOf('net');
const results = fileOf('results');

function result(name: string): Values {
  const { shape, data } = results.get(name) as StoredTensor;
  return valuesOf(shape, data as Float32Array | Float64Array);
}

describe.each(dtypes)('a network of every layer with weights, in %s', dtype => {
  it("loads PyTorch's state_dict and gives PyTorch's output", () => {
    const net = network(dtype);
    expect(loadStateDict(net, weights)).toEqual({ missing: [], unexpected: [] });
    const { shape, data } = result('input');
    const expected = result('output');
    const bound = largest(expected) * (dtype === 'float32' ? 1e-5 : 1e-12);
    expectWithin(net.eval().forward(tensor(data, shape, dtype)), expected, () => bound, 'output');
    net.dispose();
  });

  it('has the names and shapes of PyTorch, which needs no num_batches_tracked', () => {
    const net = network(dtype);
    const ours = stateDict(net);
    const wanted = [...weights.keys()].filter(name => !name.endsWith('.num_batches_tracked'));
    expect(Object.keys(ours)).toEqual(wanted);
    expect(weights.size - wanted.length).toBe(3);
    for (const name of wanted) expect(ours[name]?.shape, name).toEqual(weights.get(name)?.shape);
    net.dispose();
  });

  it.skipIf(!python)(
    `is loaded by PyTorch with strict=True${python ? '' : ' (CONVASM_PYTHON names no python3)'}`,
    () => {
      const net = network(dtype);
      const folder = mkdtempSync(join(tmpdir(), 'convasm-pytorch-'));
      try {
        const path = join(folder, 'net.safetensors');
        const { shape, data } = result('input');
        const input = tensor(data, shape, dtype);
        // Running statistics of its own.
        net.forward(input);
        writeSafetensors(path, { ...stateDict(net), input, output: net.eval().forward(input) });
        const program = fileURLToPath(new URL('pytorch/net.py', import.meta.url));
        expect(execFileSync(python ?? '', [program, 'load', path], { encoding: 'utf8' })).toContain(
          'loaded 21 tensors',
        );
      } finally {
        rmSync(folder, { recursive: true });
        net.dispose();
      }
    },
  );
});
