// Whether 'auto' chooses well: 200 random shapes, each operation by every algorithm that exists for it, from and to NCHW memory.
//
//     npm run bench:algorithms [-- --shapes N --seed N --rounds N]
import { parseArgs } from 'node:util';
import { ArgumentError, init, tensor } from 'convasm';
import { type Conv2DOptions, conv2d, conv2dFilterGrad, conv2dInputGrad } from 'convasm/ops';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { generator, randomValues } from './random.ts';
import { geometricMean, median } from './statistics.ts';

/** How much slower than the best algorithm 'auto' may be. */
const ALLOWED = 1.25;

type Algorithm = NonNullable<Conv2DOptions['algorithm']>;
const ALGORITHMS: readonly Algorithm[] = ['auto', 'direct', 'planar', 'winograd2', 'winograd4'];

interface Shape {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
}

/**
 * Odd sizes, prime channels, tiny and large batches. Half of the convolutions are 3x3 with stride 1, where every algorithm may be
 * chosen; the others have few channels on one side, any kernel and stride, or are depthwise.
 */
function randomShape(next: () => number): Shape {
  const scale = (most: number) => Math.max(1, Math.round(most ** next()));
  const kind = Math.floor(4 * next());
  const batch = scale(32);
  const [a, b] = [scale(kind < 2 ? 300 : 12), scale(300)];
  const [inChannels, outChannels] = kind === 3 ? [b, b] : next() < 0.5 ? [a, b] : [b, a];
  const [height, width] = [scale(100), scale(100)];
  const kernel = kind < 2 ? 3 : 1 + Math.floor(7 * next());
  const stride = kind < 2 ? 1 : 1 + Math.floor(2.5 * next());
  const groups = kind === 3 ? b : 1;
  const shape = { batch, inChannels, outChannels, height, width, kernel, stride, groups };
  const flops = (2 * kernel ** 2 * batch * inChannels * outChannels * height * width) / (groups * stride ** 2);
  // Up to some 30 ms of direct work.
  return flops < 1.5e9 ? shape : randomShape(next);
}

/** Whether an algorithm is there for a convolution. */
function exists(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

/** Median milliseconds by algorithm that is there for the shape; rounds are interleaved. */
function timeAll(run: (algorithm: Algorithm) => unknown, rounds: number): Map<Algorithm, number> {
  const algorithms = ALGORITHMS.filter(algorithm => exists(() => run(algorithm)));
  const times = new Map<Algorithm, number[]>(algorithms.map(algorithm => [algorithm, []]));
  for (const algorithm of algorithms) for (let i = 0; i < 3; i++) run(algorithm);
  for (let round = 0; round < rounds; round++) {
    for (const algorithm of algorithms) {
      const calls = measure(() => run(algorithm), 3, 2);
      times.get(algorithm)?.push(Math.min(...calls.times));
    }
  }
  return new Map([...times].map(([algorithm, values]) => [algorithm, median(values)]));
}

/** How 'auto' compares with the best of the others. */
function judge(times: Map<Algorithm, number>): { ratio: number; best: Algorithm; times: Map<Algorithm, number> } {
  const others = [...times].filter(([algorithm]) => algorithm !== 'auto').sort((a, b) => a[1] - b[1]);
  const [best, least] = others[0] as [Algorithm, number];
  return { ratio: (times.get('auto') ?? Number.NaN) / least, best, times };
}

const { values } = parseArgs({
  options: { shapes: { type: 'string' }, seed: { type: 'string' }, rounds: { type: 'string' } },
});
const count = Number(values.shapes ?? 200);
const seed = Number(values.seed ?? 1);
const rounds = Number(values.rounds ?? 5);

await init({ threads: 1 });
const { node, variant } = describeMachine();
console.log(`Node ${node}, ${variant}, ${count} shapes, seed ${seed}`);
const next = generator(seed);
const ratios: number[] = [];
for (let i = 0; i < count; i++) {
  const { batch, inChannels, outChannels, height, width, kernel, stride, groups } = randomShape(next);
  const filterShape = [outChannels, inChannels / groups, kernel, kernel] as const;
  const x = tensor(randomValues([batch, inChannels, height, width], 1), [batch, inChannels, height, width]);
  const w = tensor(randomValues(filterShape, 2), filterShape);
  const options = { padding: kernel >> 1, stride, groups };
  const y = conv2d(x, w, null, options);
  const dy = tensor(y.data, y.shape);
  const dx = conv2dInputGrad(dy, w, x.shape, options);
  const dw = conv2dFilterGrad(x, dy, w.shape, options);
  const operations = {
    // Reading `data` brings the result to NCHW order, as its user would.
    forward: (algorithm: Algorithm) => conv2d(x, w, null, { ...options, algorithm, out: y }).data,
    inputGrad: (algorithm: Algorithm) => conv2dInputGrad(dy, w, x.shape, { ...options, algorithm, out: dx }).data,
    filterGrad: (algorithm: Algorithm) => conv2dFilterGrad(x, dy, w.shape, { ...options, algorithm, out: dw }),
  };
  for (const [name, run] of Object.entries(operations)) {
    let verdict = judge(timeAll(run, rounds));
    // This machine jumps between two speeds: what looks slow is looked at again, for longer.
    if (verdict.ratio > ALLOWED) verdict = judge(timeAll(run, 4 * rounds));
    ratios.push(verdict.ratio);
    if (verdict.ratio > ALLOWED) {
      const all = [...verdict.times].map(([algorithm, ms]) => `${algorithm} ${ms.toFixed(3)}`).join(', ');
      const shape = `b${batch} ${inChannels}->${outChannels} @${height}x${width} k${kernel} s${stride} g${groups}`;
      console.log(`${verdict.ratio.toFixed(2)} x ${verdict.best}: ${name} ${shape}: ${all} ms`);
    }
  }
  for (const each of [x, w, y, dy, dx, dw]) each.dispose();
}
const slow = ratios.filter(ratio => ratio > ALLOWED).length;
console.log(
  `auto against the best algorithm: geometric mean ${geometricMean(ratios).toFixed(3)}, worst ${Math.max(...ratios).toFixed(2)}, ` +
    `${slow} of ${ratios.length} over ${ALLOWED}`,
);
