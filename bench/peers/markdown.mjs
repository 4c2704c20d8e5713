import { OPERATIONS } from './cases.mjs';
import { median, range } from './own.mjs';
import { compare, figuresOf, meanOf, measuredEntry } from './summary.mjs';
import { judge } from './targets.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */
/** @typedef {import('./results.mjs').Run} Run */

const TITLES = { forward: 'Forward', inputGrad: 'Input gradient', filterGrad: 'Filter gradient' };
const KINDS = { convasm: '', wasm: '', js: 'JavaScript', native: 'native' };

/** What convasm is compared with, and how its column is headed. */
const COMPARISONS = /** @type {readonly (readonly [string, string])[]} */ ([
  ['ort-web', 'onnxruntime-web'],
  ['tfjs-wasm', 'tfjs-wasm'],
  ['litert', 'LiteRT.js'],
  ['wasm', 'fastest of these'],
  ['ort-node', 'onnxruntime-node'],
  ['pytorch', 'PyTorch'],
  ['native', 'faster native one'],
  ['tfjs-cpu', 'tfjs-cpu'],
  ['ceiling', 'ceiling'],
]);

/**
 * The tables, and what there is to know about them.
 *
 * @param {Run} run
 */
export function formatMarkdown(run) {
  const { table } = run;
  const operations = OPERATIONS.filter(operation => rowsOf(table, operation).length > 0);
  const sections = operations.map(operation => {
    const rows = rowsOf(table, operation);
    return `## ${TITLES[operation]}\n\n${timesTable(run, rows)}\n\n${speedupsTable(rows)}`;
  });
  const notes = notesOf(run);
  return [header(run), ...sections, targetsTable(run), ...(notes ? [notes] : [])].join('\n\n').concat('\n');
}

/** @param {readonly Measured[]} table @param {string} operation */
function rowsOf(table, operation) {
  return table.filter(row => row.case.operation === operation);
}

/** @param {Run} run */
function header({ machine, libraries, leftOut, table, rounds }) {
  const ceilings = table.flatMap(row => row.ceilings);
  const { least, most } = range(ceilings);
  const versions = libraries.map(
    ({ name, version, kind }) => `${name} ${version}${kind === 'native' ? ' (native)' : ''}`,
  );
  const missing = leftOut.map(({ key, reason }) => `\nLeft out: ${key}: ${reason}.`).join('');
  return `# convasm beside other libraries

Float32, one thread, Node ${machine.node} (V8 ${machine.v8}), ${machine.cpu}, ${machine.platform}; convasm in ${simd(machine)} SIMD.
${versions.filter(version => !version.includes('between layers')).join(', ')}.${missing}

Milliseconds of a call: median (minimum) over ${rounds} interleaved rounds, every result checked against float64. Each library
works in its own order of values, with its filters prepared where it has a way to, and is not made to copy its result
out. "convasm" is from a contiguous NCHW tensor to a result that is read in NCHW order, "between layers" is channels-last
to channels-last. How many times as fast: the median of the rounds' ratios. The ceiling of the engine, multiply-adds between
registers, was ${median(ceilings).toFixed(1)} GFLOP/s (${least.toFixed(1)} to ${most.toFixed(1)}).`;
}

/** @param {Run['machine']} machine */
export function simd({ variant }) {
  return variant === 'relaxed' ? 'relaxed' : 'plain';
}

/** @param {Run} run @param {readonly Measured[]} rows */
function timesTable({ libraries }, rows) {
  const shown = libraries.filter(({ key }) => rows.some(row => cell(row, key) !== NONE));
  const heads = shown.map(({ name, kind }) => (KINDS[kind] ? `${name} (${KINDS[kind]})` : name));
  return lines(
    ['ms', ...heads],
    rows.map(row => [row.case.shape.name, ...shown.map(({ key }) => cell(row, key))]),
  );
}

const NONE = '-';

/** @param {Measured} row @param {string} key */
function cell({ entries }, key) {
  const entry = entries.find(({ library }) => library.key === key);
  if (entry?.wrong) return 'wrong';
  if (!entry || entry.rounds.length === 0) return NONE;
  const { median: middle, least } = figuresOf(entry);
  return `${significant(middle)} (${significant(least)})`;
}

/** How many times as fast convasm is, and its rate in units of the ceiling. @param {readonly Measured[]} rows */
function speedupsTable(rows) {
  const measured = COMPARISONS.filter(([key]) => rows.some(row => Number.isFinite(compare(row, 'convasm', key))));
  const columns = measured.filter(([against]) => !isTheOnlyOne(rows, against));
  const ratios = (/** @type {string} */ key) => columns.map(([against]) => rows.map(row => compare(row, key, against)));
  const values = ratios('convasm');
  const betweenLayers = rows.some(row => measuredEntry(row, 'convasm-layers'));
  const mean = (/** @type {string} */ title, /** @type {number[][]} */ all) => [
    title,
    ...all.map(column => times(meanOf(column))),
  ];
  return lines(
    ['convasm is x times as fast as', ...columns.map(([, title]) => title)],
    [
      ...rows.map((row, i) => [row.case.shape.name, ...values.map(column => times(column[i]))]),
      mean('geometric mean', values),
      ...(betweenLayers ? [mean('geometric mean, between layers', ratios('convasm-layers'))] : []),
    ],
  );
}

/** Whether a column of the fastest would repeat that of a library. @param {readonly Measured[]} rows @param {string} against */
function isTheOnlyOne(rows, against) {
  if (against !== 'wasm' && against !== 'native') return false;
  const entries = rows.flatMap(row => row.entries.filter(({ library, task }) => library.kind === against && task));
  return new Set(entries.map(({ library }) => library)).size < 2;
}

/** Figures that a cell of the targets has room for. */
const FIGURES_SHOWN = 9;

/** @param {Run} run */
function targetsTable({ table, machine }) {
  const judged = judge(table, machine.variant);
  const rows = judged.map(({ target: { work, operations, against, mean }, reached }) => {
    const missed = reached.filter(({ least, value }) => value < least);
    const shown = reached.length > FIGURES_SHOWN ? missed : reached;
    const figures = shown.map(({ name, least, value }) => `${name && `${name}: `}${times(value)} of ${times(least)}`);
    const title = operations.map(operation => TITLES[operation].toLowerCase()).join(' and ');
    return [
      `${title}, ${work}, against ${against}${mean ? ', geometric mean' : ''}`,
      missed.length === 0 ? 'yes' : `${reached.length - missed.length} of ${reached.length}`,
      figures.join('; '),
    ];
  });
  return `## Targets\n\n${lines(['target', 'reached', 'figures'], rows)}`;
}

/** Why there are gaps in the tables, a line for each library and reason. @param {Run} run */
function notesOf({ table }) {
  /** @type {Map<string, Measured[]>} */
  const gaps = new Map();
  for (const row of table) {
    for (const { library, reason } of row.entries) {
      if (reason === undefined) continue;
      const text = `${library.name}: ${reason}`;
      gaps.set(text, [...(gaps.get(text) ?? []), row]);
    }
  }
  const items = [...gaps].map(([text, rows]) => `- ${text} (${whereOf(table, rows)})`);
  return items.length > 0 ? `## Gaps\n\n${items.join('\n')}` : '';
}

/** Shapes that a gap names; of more it gives the number. */
const NAMES_SHOWN = 3;

/** The operations of some rows; where not all their shapes are among them, these. @param {readonly Measured[]} table @param {readonly Measured[]} rows */
function whereOf(table, rows) {
  const operations = OPERATIONS.filter(operation => rowsOf(rows, operation).length > 0);
  return operations
    .map(operation => {
      const some = rowsOf(rows, operation);
      const title = TITLES[operation].toLowerCase();
      const all = rowsOf(table, operation).length;
      if (some.length === all) return title;
      const names = some.map(row => row.case.shape.name).join(', ');
      return `${title}: ${some.length > NAMES_SHOWN ? `${some.length} of ${all} shapes` : names}`;
    })
    .join('; ');
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function lines(heads, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Two or three digits that count. @param {number} value */
function significant(value) {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** @param {number | undefined} value */
function times(value) {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}
