import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  BatchNorm2D,
  Conv2D,
  clipGradNorm,
  cosine,
  GlobalAvgPool2D,
  type Layer,
  Linear,
  type Optimizer,
  ReLU,
  Residual,
  type Schedule,
  Sequential,
  SGD,
  SoftmaxCrossEntropy,
  scope,
  stepDecay,
} from '../../src/index.ts';
import { expectRelative } from '../helpers/compare.ts';
import { made, read } from '../helpers/tensors.ts';
import { type DType, dtypes, type Values, valuesOf } from '../helpers/values.ts';
import { goldenFile } from './file.ts';

// Ten steps of a small residual network beside PyTorch's in float64, which training.py has done.

interface Run {
  readonly name: string;
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW';
  readonly options: { learningRate: number };
  readonly labelSmoothing?: number;
  readonly schedule?: { name: string; every: number; factor: number; steps: number; minimum: number };
  readonly clip?: number;
  readonly labels: number[];
  readonly losses: number[];
  readonly norms: number[];
  /** By how much PyTorch's own float32 misses its float64, relative to the largest element of a tensor. */
  readonly float32: number;
}

const { cases, values, names } = goldenFile<Run>('training');

/** As in training.py. */
function network(dtype: DType): Sequential {
  const conv = (inChannels: number, outChannels: number, kernelSize: number, stride = 1) =>
    new Conv2D({ inChannels, outChannels, kernelSize, stride, padding: (kernelSize - 1) / 2, bias: false, dtype });
  const norm = (channels: number) => new BatchNorm2D({ channels, dtype });
  const identity = new Sequential([conv(6, 6, 3), norm(6), new ReLU(), conv(6, 6, 3), norm(6)]);
  const half = new Sequential([conv(6, 8, 3, 2), norm(8), new ReLU(), conv(8, 8, 3), norm(8)]);
  const projection = new Sequential([conv(6, 8, 1, 2), norm(8)]);
  return new Sequential([
    conv(2, 6, 3),
    norm(6),
    new ReLU(),
    new Residual(identity),
    new ReLU(),
    new Residual(half, projection),
    new ReLU(),
    new GlobalAvgPool2D(),
    new Linear({ inFeatures: 8, outFeatures: 4, dtype }),
  ]);
}

const optimizers = { SGD, Adam, AdamW };

function scheduleOf({ schedule, options: { learningRate } }: Run): Schedule {
  if (!schedule) return () => learningRate;
  return (schedule.name === 'cosine' ? cosine : stepDecay)({ ...schedule, learningRate });
}

const listed = (data: number[]): Values => valuesOf([data.length], data);

/** What comes of a run, by the names of the file. */
function train(run: Run, dtype: DType): { losses: number[]; norms: number[]; results: Record<string, Values> } {
  const net = network(dtype);
  const optimizer: Optimizer = new optimizers[run.optimizer](net, run.options);
  const schedule = scheduleOf(run);
  const loss = new SoftmaxCrossEntropy({ labelSmoothing: run.labelSmoothing ?? 0 });
  for (const [name, parameter] of Object.entries(net.params)) parameter.set(values(`before/${name}`).data);
  const [x, labels] = [made(values('x'), dtype), Int32Array.from(run.labels)];
  const results: Record<string, Values> = {};
  const keep = (prefix: string, tensors: Layer['grads']) => {
    for (const [name, tensor] of Object.entries(tensors)) if (tensor) results[`${prefix}/${name}`] = read(tensor);
  };
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < run.losses.length; step++)
    scope(() => {
      const logits = net.forward(x);
      losses.push(loss.forward(logits, labels));
      const dx = net.backward(loss.backward());
      if (step === 0) {
        Object.assign(results, { logits: read(logits), dx: read(dx) });
        keep('grads', net.grads);
      }
      if (run.clip) norms.push(clipGradNorm(net, run.clip));
      optimizer.learningRate = schedule(optimizer.steps);
      optimizer.step();
    });
  keep('after', { ...net.params, ...net.buffers });
  results.evaluated = read(net.eval().forward(x));
  for (const owner of [net, optimizer, loss]) owner.dispose();
  return { losses, norms, results };
}

/**
 * What any result may be off by, relative to the largest element of its tensor. Float64 comes to 4e-15 in these runs, float32 to
 * 2.3e-6 (1.5e-6 in PyTorch): no errors grow much in ten steps, since no ReLU is near its kink and normalisation forgets scales.
 */
const allowed = (run: Run, dtype: DType): number => (dtype === 'float64' ? 1e-13 : 8 * run.float32);

describe.each(dtypes)('ten steps as PyTorch does them, in %s', dtype => {
  it.each(cases.map(run => [run.name, run] as const))('%s', (_, run) => {
    const { losses, norms, results } = train(run, dtype);
    const tolerance = allowed(run, dtype);
    expectRelative(listed(losses), listed(run.losses), tolerance, 'losses');
    expectRelative(listed(norms), listed(run.norms), tolerance, 'norms');
    const known = [`label smoothing ${run.labelSmoothing ?? 0}`, run.name].flatMap(prefix =>
      names(prefix).map(name => ({ name, expected: values(`${prefix}/${name}`) })),
    );
    expect(Object.keys(results).sort()).toEqual(known.map(({ name }) => name).sort());
    for (const { name, expected } of known) expectRelative(results[name] as Values, expected, tolerance, name);
  });
});

it('golden runs are 6, in one of which gradients are clipped in the first steps alone', () => {
  expect(cases).toHaveLength(6);
  const clipped = cases.flatMap(({ clip, norms }) => (clip ? [norms.filter(norm => norm > clip).length] : []));
  expect(clipped).toEqual([5]);
});
