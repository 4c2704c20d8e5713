// Whether 'auto' chooses well: 200 random shapes, each operation by every algorithm that exists for it.
//
//     npm run bench:algorithms [-- --shapes N --seed N --rounds N]
import { parseArgs } from 'node:util';
import { init, tensor } from 'convasm';
import { type Conv2DOptions, conv2d, conv2dFilterGrad, conv2dInputGrad } from 'convasm/ops';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { generator, randomValues } from './random.ts';
import { geometricMean, median } from './statistics.ts';

/** How much slower than the best algorithm 'auto' may be. */
const ALLOWED = 1.25;

type Algorithm = NonNullable<Conv2DOptions['algorithm']>;
const ALGORITHMS: readonly Algorithm[] = ['auto', 'direct', 'winograd2', 'winograd4'];

interface Shape {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly height: number;
  readonly width: number;
}

/** 3x3 convolutions with stride 1: elsewhere 'auto' has one algorithm to choose from. Odd sizes, prime channels, tiny and large batches. */
function randomShape(next: () => number): Shape {
  const scale = (most: number) => Math.max(1, Math.round(most ** next()));
  const shape = {
    batch: scale(32),
    inChannels: scale(300),
    outChannels: scale(300),
    height: scale(100),
    width: scale(100),
  };
  const flops = 18 * shape.batch * shape.inChannels * shape.outChannels * shape.height * shape.width;
  // Up to some 30 ms of direct work.
  return flops < 1.5e9 ? shape : randomShape(next);
}

/** Median milliseconds by algorithm; rounds are interleaved. */
function timeAll(run: (algorithm: Algorithm) => void, rounds: number): Map<Algorithm, number> {
  const times = new Map<Algorithm, number[]>(ALGORITHMS.map(algorithm => [algorithm, []]));
  for (const algorithm of ALGORITHMS) for (let i = 0; i < 3; i++) run(algorithm);
  for (let round = 0; round < rounds; round++) {
    for (const algorithm of ALGORITHMS) {
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

await init();
const { node, variant } = describeMachine();
console.log(`Node ${node}, ${variant}, ${count} shapes, seed ${seed}`);
const next = generator(seed);
const ratios: number[] = [];
for (let i = 0; i < count; i++) {
  const { batch, inChannels, outChannels, height, width } = randomShape(next);
  const x = tensor(randomValues([batch, inChannels, height, width], 1), [batch, inChannels, height, width]);
  const w = tensor(randomValues([outChannels, inChannels, 3, 3], 2), [outChannels, inChannels, 3, 3]);
  const options = { padding: 1 } as const;
  const y = conv2d(x, w, null, options);
  const dx = conv2dInputGrad(y, w, x.shape, options);
  const dw = conv2dFilterGrad(x, y, w.shape, options);
  const operations = {
    forward: (algorithm: Algorithm) => conv2d(x, w, null, { ...options, algorithm, out: y }),
    inputGrad: (algorithm: Algorithm) => conv2dInputGrad(y, w, x.shape, { ...options, algorithm, out: dx }),
    filterGrad: (algorithm: Algorithm) => conv2dFilterGrad(x, y, w.shape, { ...options, algorithm, out: dw }),
  };
  for (const [name, run] of Object.entries(operations)) {
    let verdict = judge(timeAll(run, rounds));
    // This machine jumps between two speeds: what looks slow is looked at again, for longer.
    if (verdict.ratio > ALLOWED) verdict = judge(timeAll(run, 4 * rounds));
    ratios.push(verdict.ratio);
    if (verdict.ratio > ALLOWED) {
      const all = [...verdict.times].map(([algorithm, ms]) => `${algorithm} ${ms.toFixed(3)}`).join(', ');
      const shape = `b${batch} ${inChannels}->${outChannels} @${height}x${width}`;
      console.log(`${verdict.ratio.toFixed(2)} x ${verdict.best}: ${name} ${shape}: ${all} ms`);
    }
  }
  for (const each of [x, w, y, dx, dw]) each.dispose();
}
const slow = ratios.filter(ratio => ratio > ALLOWED).length;
console.log(
  `auto against the best algorithm: geometric mean ${geometricMean(ratios).toFixed(3)}, worst ${Math.max(...ratios).toFixed(2)}, ` +
    `${slow} of ${ratios.length} over ${ALLOWED}`,
);
