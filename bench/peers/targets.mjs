import { compare, figuresOf, meanOf, measuredEntry } from './summary.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */

/**
 * @typedef {object} Target
 * @property {string} work
 * @property {import('./cases.mjs').Operation[]} operations
 * @property {string[]} [shapes] all, if not given
 * @property {string} against 'ceiling', 'wasm' or 'native' (the fastest of that kind), 'forward' (its rate), or a library
 * @property {number | number[]} least for each shape
 * @property {boolean} [mean] whether the geometric mean counts, not each shape
 */

const SQUARES = ['64->64 3x3 @56', '128->128 3x3 @28', '256->256 3x3 @14', '512->512 3x3 @7'];
const BATCH = 'b32 32->64 3x3 @16';
const SMALL_MAPS = 'b8 512->512 3x3 @7';
const POINTWISE = ['64->64 1x1 @56', '256->128 1x1 @56', '1024->256 1x1 @14', '96->576 1x1 @14', '320->1280 1x1 @7'];
const STRIDED = ['3->64 7x7 s2 @224', '3->32 3x3 s2 @224', '128->128 3x3 s2 @56'];
const DEPTHWISE = ['depthwise 32 3x3 @112', 'depthwise 144 3x3 s2 @56', 'depthwise 384 3x3 @14'];
const FEW_CHANNELS = ['b32 1->8 3x3 @28', 'b32 8->16 3x3 @14', 'b32 1->6 5x5 @28'];

/** What convasm's convolution is meant to reach on one thread with relaxed SIMD. @type {readonly Target[]} */
const RELAXED = [
  { work: '3x3', operations: ['forward'], shapes: SQUARES, against: 'ceiling', least: [2.4, 2.6, 2.0, 1.6] },
  { work: '3x3', operations: ['forward'], shapes: SQUARES, against: 'native', least: [1.3, 1.3, 1.3, 1] },
  { work: '3x3, batch', operations: ['forward'], shapes: [BATCH], against: 'ceiling', least: 2.2 },
  { work: '1x1', operations: ['forward'], shapes: POINTWISE, against: 'ceiling', least: [0.8, 0.8, 0.8, 0.8, 0.7] },
  { work: 'strided', operations: ['forward'], shapes: STRIDED, against: 'ceiling', least: [0.8, 0.65, 0.78] },
  { work: 'depthwise', operations: ['forward'], shapes: DEPTHWISE, against: 'tfjs-wasm', least: [3, 1.6, 2.2] },
  { work: 'few channels', operations: ['forward'], shapes: FEW_CHANNELS, against: 'wasm', least: [2.5, 1.4, 3.5] },
  { work: 'each shape', operations: ['forward'], against: 'wasm', least: 1 },
  { work: 'all shapes', operations: ['forward'], against: 'ort-web', least: 3, mean: true },
  { work: 'all shapes', operations: ['forward'], against: 'tfjs-wasm', least: 2.5, mean: true },
  { work: 'all shapes', operations: ['forward'], against: 'litert', least: 1.8, mean: true },
  { work: 'all shapes', operations: ['forward'], against: 'native', least: 0.9, mean: true },
  { work: '3x3', operations: ['inputGrad'], shapes: [...SQUARES, BATCH], against: 'forward', least: 0.9 },
  { work: 'strided', operations: ['inputGrad'], shapes: STRIDED, against: 'ceiling', least: 0.75 },
  {
    work: '3x3',
    operations: ['filterGrad'],
    shapes: [...SQUARES.slice(0, 3), BATCH, SMALL_MAPS],
    against: 'ceiling',
    least: [2.3, 2.4, 1.5, 2.0, 1.6],
  },
  {
    work: '1x1 and strided',
    operations: ['filterGrad'],
    shapes: [...POINTWISE, ...STRIDED],
    against: 'ceiling',
    least: 0.75,
  },
  { work: 'all shapes', operations: ['inputGrad', 'filterGrad'], against: 'pytorch', least: 1.2, mean: true },
];

/** @type {readonly Target[]} */
const PLAIN = [{ work: 'all shapes', operations: ['forward'], against: 'tfjs-wasm', least: 1.5, mean: true }];

/**
 * The targets that the measured rows can judge, each with what was reached.
 *
 * @param {readonly Measured[]} table
 * @param {'relaxed' | 'simd'} variant
 */
export function judge(table, variant) {
  const targets = variant === 'relaxed' ? RELAXED : PLAIN;
  return targets.flatMap(target => {
    const { operations, shapes, against, least, mean } = target;
    const rows = table.filter(({ case: { operation } }) => operations.includes(operation));
    const wanted = shapes
      ? shapes.flatMap((name, i) =>
          rows
            .filter(({ case: { shape } }) => shape.name === name)
            .map(row => ({ row, least: typeof least === 'number' ? least : least[i] })),
        )
      : rows.map(row => ({ row, least: Number(least) }));
    const reached = wanted
      .map(one => ({ name: one.row.case.shape.name, least: one.least, value: value(table, one.row, against) }))
      .filter(one => Number.isFinite(one.value));
    if (reached.length === 0) return [];
    if (!mean) return [{ target, reached }];
    return [{ target, reached: [{ name: '', least: Number(least), value: meanOf(reached.map(one => one.value)) }] }];
  });
}

/** @param {readonly Measured[]} table @param {Measured} row @param {string} against */
function value(table, row, against) {
  if (against !== 'forward') return compare(row, 'convasm', against);
  const forward = table.find(other => other.case.operation === 'forward' && other.case.shape === row.case.shape);
  const [entry, reference] = [measuredEntry(row, 'convasm'), forward && measuredEntry(forward, 'convasm')];
  return entry && reference ? figuresOf(reference).median / figuresOf(entry).median : Number.NaN;
}
