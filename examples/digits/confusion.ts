/** How often each digit (row) was taken for each digit (column). */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Counts what `guesses` took the digits `labels` for. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  guesses: readonly { label: number }[],
  classes: number,
): ConfusionMatrix {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  guesses.forEach(({ label }, i) => {
    const row = counts[labels[i] ?? -1];
    if (row?.[label] === undefined) throw new RangeError(`picture ${i} has a class outside 0 .. ${classes - 1}`);
    row[label]++;
  });
  return counts;
}

/** The share of each digit that was recognised; NaN for a digit that does not occur. */
function recall(matrix: ConfusionMatrix): number[] {
  return matrix.map((row, digit) => (row[digit] ?? 0) / row.reduce((sum, n) => sum + n, 0));
}

/** The matrix as lines of text for a terminal. */
export function formatConfusion(matrix: ConfusionMatrix): string[] {
  const width = Math.max(...matrix.flat().map(n => String(n).length), 3) + 1;
  const cell = (text: string | number) => String(text).padStart(width);
  const share = recall(matrix);
  return [
    `drawn   taken for ${' '.repeat(Math.max(width * matrix.length - 10, 0))}  recognised`,
    `       ${matrix.map((_, digit) => cell(digit)).join('')}`,
    ...matrix.map((row, digit) => {
      const cells = row.map(n => cell(n === 0 ? '·' : n)).join('');
      const percent = Number.isNaN(share[digit]) ? '-' : `${(100 * (share[digit] ?? 0)).toFixed(1)} %`;
      return `${String(digit).padStart(5)}  ${cells}${percent.padStart(10)}`;
    }),
  ];
}
