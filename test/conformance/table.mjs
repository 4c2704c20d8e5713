// Lines of a table on a terminal: columns as wide as they have to be.

const LONGEST = 44;

/** @param {readonly (readonly unknown[])[]} rows  the first is the head */
export function table(rows) {
  const cells = rows.map(row => row.map(cell => shortened(String(cell ?? ''))));
  const widths = cells[0].map((_, column) => Math.max(...cells.map(row => row[column].length)));
  const line = row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

const shortened = text => (text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text);
