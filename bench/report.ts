import type { Machine } from './machine.ts';
import { TARGET } from './shapes.ts';
import { type Conditions, type Figures, type Means, meansOf, type Row } from './summary.ts';
import { formatTable, percent, significant } from './table.ts';

/** An operation's key and how its table is headed. */
export interface Heading {
  readonly key: string;
  readonly title: string;
}

export function formatHeader(machine: Machine, { ceiling, calls, interrupted, rounds }: Conditions): string {
  const [middle, least, most] = [ceiling.median, ceiling.least, ceiling.most].map(significant);
  return `convasm ${machine.convasm}, '${machine.variant}' binary, ${machine.threads} thread, float32
Node ${machine.node} (V8 ${machine.v8}), ${machine.cpu}, ${machine.cpus} logical CPUs, ${machine.platform}
Ceiling: ${middle} GFLOP/s (${least} to ${most}), ${ADD[machine.variant]} between registers, measured beside every task
${calls} calls in ${rounds} rounds, ${percent(interrupted / calls)} of them interrupted by other processes: there the processor time counts

Times are milliseconds of one call, over all rounds. GFLOP/s counts 2 operations for each product of the direct algorithm,
in the median time; an algorithm with fewer products (Winograd) may pass the ceiling. "${USER}" is what a user
has: from a contiguous tensor to a result that can be read in NCHW order. "${LAYERS}" is channels-last to channels-
last, as inside a network. "x plain": how many times as long a plain TypeScript loop takes as "${USER}"; of larger
work the loop does a part of some 20 ms (fewer images, or rows from the middle of one), multiplied by whole / part.`;
}

/** A table for each operation that has rows, then the geometric means. */
export function formatTables(rows: readonly Row[], operations: readonly Heading[]): string {
  const groups = operations
    .map(heading => ({ heading, rows: rows.filter(row => row.operation === heading.key) }))
    .filter(group => group.rows.length > 0);
  const tables = groups.map(group => `${group.heading.title}\n\n${shapesTable(group.rows)}`);
  const means = meansTable(groups.map(group => [group.heading.key, meansOf(group.rows)]));
  return [...tables, `Geometric means over the shapes\n\n${means}`].join('\n\n');
}

/** The project's first target, if it was measured. */
export function formatTarget(rows: readonly Row[]): string | null {
  const row = rows.find(({ shape, operation }) => shape === TARGET.shape && operation === 'forward');
  if (!row) return null;
  return `${TARGET.shape} forward: ${percent(row.user.share)} of the ceiling (target ${percent(TARGET.share)})`;
}

const ADD = { relaxed: 'fused multiply-adds', simd: 'multiplications and additions' };
const USER = 'NCHW in and out';
const LAYERS = 'between layers';

function shapesTable(rows: readonly Row[]): string {
  const cells = ({ median, least, rate, share }: Figures) => [
    significant(median),
    significant(least),
    significant(rate),
    percent(share),
  ];
  const columns = ['median', 'min', 'GFLOP/s', 'ceiling'];
  return formatTable([
    {
      title: '',
      columns: ['shape', 'MFLOP'],
      rows: rows.map(({ shape, flops }) => [shape, significant(flops / 1e6)]),
    },
    {
      title: USER,
      columns: [...columns, 'x plain'],
      rows: rows.map(({ user, timesPlain }) => [...cells(user), significant(timesPlain)]),
    },
    { title: LAYERS, columns, rows: rows.map(({ betweenLayers }) => cells(betweenLayers)) },
  ]);
}

function meansTable(means: readonly (readonly [string, Means])[]): string {
  return formatTable([
    { title: '', columns: [''], rows: means.map(([key]) => [key]) },
    {
      title: USER,
      columns: ['GFLOP/s', 'ceiling', 'x plain'],
      rows: means.map(([, m]) => [significant(m.rate), percent(m.share), significant(m.timesPlain)]),
    },
    {
      title: LAYERS,
      columns: ['GFLOP/s', 'ceiling'],
      rows: means.map(([, m]) => [significant(m.layersRate), percent(m.layersShare)]),
    },
  ]);
}
