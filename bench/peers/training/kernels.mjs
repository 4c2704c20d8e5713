// Where the time of a training step goes, by kind of kernel, one thread: `npm run bench:training -- --kernels`.
import { init } from '../../../dist/index.js';
import { runtime } from '../../../dist/runtime/init.js';
import { median } from '../own.mjs';
import { NETS } from './nets.mjs';
import { build } from './step.mjs';
import { firstParameters, randomSamples } from './values.mjs';

const STEPS = 200;
const WARM_UP = 200;

/** Kinds by what the names of their kernels begin with; the first that fits counts. */
const KINDS = /** @type {const} */ ([
  [
    'convolution (and linear)',
    ['gemm', 'diagonal', 'pad', 'pack', 'table', 'unpack', 'winograd', 'planar', 'planes', 'depthwise', 'sumPixels'],
  ],
  ['normalisation', ['batchNorm', 'scaleShift']],
  ['activation', ['relu', 'activation', 'add']],
  ['pooling', ['maxPool', 'averagePool', 'spread']],
  ['transposition', ['transpose']],
  ['loss and optimizer', ['']],
]);

/** @param {string} kernel */
const kindOf = kernel =>
  /** @type {string} */ (KINDS.find(([, starts]) => starts.some(start => kernel.startsWith(start)))?.[0]);

/** Milliseconds by kernel since it was cleared. @type {Map<string, number>} */
const times = new Map();

/** Has the runtime keep the books. Once, since V8 compiles anew where a function is exchanged. */
function watch() {
  const target = runtime();
  const run = target.run.bind(target);
  target.run = (kernel, type, args, blocks, privateBytes) => {
    const start = performance.now();
    run(kernel, type, args, blocks, privateBytes);
    const time = performance.now() - start;
    times.set(kernel, (times.get(kernel) ?? 0) + time);
  };
}

/** Milliseconds of a step: of all, and by kind. @param {() => void} step */
function measure(step) {
  times.clear();
  const start = performance.now();
  step();
  const whole = performance.now() - start;
  /** @type {Map<string, number>} */
  const spent = new Map();
  for (const [kernel, time] of times) spent.set(kindOf(kernel), (spent.get(kindOf(kernel)) ?? 0) + time);
  return { whole, spent };
}

await init({ threads: 1 });
watch();
for (const net of NETS) {
  const take = build(net, firstParameters(net), randomSamples(net));
  const order = Array.from({ length: net.batch }, (_, i) => i);
  for (let i = 0; i < WARM_UP; i++) take(order);
  const steps = Array.from({ length: STEPS }, () => measure(() => take(order)));
  const total = median(steps.map(({ whole }) => whole));
  const kinds = KINDS.map(([kind]) => ({ kind, times: steps.map(({ spent }) => spent.get(kind) ?? 0) }));
  const rest = steps.map(({ whole, spent }) => whole - [...spent.values()].reduce((sum, time) => sum + time, 0));
  console.log(`\n${net.name}, batch ${net.batch}: ${total.toFixed(2)} ms a step, median of ${STEPS}`);
  for (const { kind, times } of [...kinds, { kind: 'TypeScript', times: rest }]) {
    const [time, least] = [median(times), Math.min(...times)];
    const cells = [
      time.toFixed(3).padStart(9),
      `(${least.toFixed(3)})`.padStart(10),
      `${((100 * time) / total).toFixed(1)} %`.padStart(8),
    ];
    console.log(`  ${kind.padEnd(26)} ${cells.join(' ')}`);
  }
}
