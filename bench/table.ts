/** Columns that belong together. */
export interface ColumnGroup {
  readonly title: string;
  readonly columns: readonly string[];
  /** The cells of each row. */
  readonly rows: readonly (readonly string[])[];
}

/** A table of text: the groups side by side, the very first column to the left, the others to the right. */
export function formatTable(groups: readonly ColumnGroup[]): string {
  const blocks = groups.map((group, i) => formatGroup(group, i === 0));
  const lines =
    blocks[0]?.map((_, line) =>
      blocks
        .map(block => block[line] ?? '')
        .join('  |  ')
        .trimEnd(),
    ) ?? [];
  return lines.join('\n');
}

/** Lines of one width. */
function formatGroup({ title, columns, rows }: ColumnGroup, firstIsLeft: boolean): readonly string[] {
  const table = [columns, ...rows];
  const widths = columns.map((_, i) => table.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0));
  const pad = (cell: string, i: number) =>
    i === 0 && firstIsLeft ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  const lines = [title, ...table.map(row => row.map(pad).join('  '))];
  const width = Math.max(...lines.map(line => line.length));
  return lines.map(line => line.padEnd(width));
}

/** Three digits that count, without an exponent. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : '-';
}
