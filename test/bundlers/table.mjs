// The rows as a table of text, which is Markdown too.

const COLUMNS = [
  ['bundler', ({ name }) => name],
  ['version', ({ version }) => version],
  ['JS, KB', ({ sizes }) => kilobytes(sizes?.js)],
  ['gzip', ({ sizes }) => kilobytes(sizes?.jsGzip)],
  ['wasm, KB', ({ sizes }) => kilobytes(sizes?.wasm)],
  ['gzip', ({ sizes }) => kilobytes(sizes?.wasmGzip)],
  ['threads', ({ result }) => String(result?.threads ?? '-')],
  ['first loss', ({ result }) => result?.losses[0]?.toFixed(4) ?? '-'],
  ['last', ({ result }) => result?.losses.at(-1)?.toFixed(4) ?? '-'],
  ['seconds', ({ seconds }) => seconds?.toFixed(1) ?? '-'],
  ['', ({ problems }) => (problems.length === 0 ? 'ok' : 'FAILED')],
];

export function formatTable(rows) {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map(row => COLUMNS.map(([, value]) => value(row)))];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map(line => line[i].length)));
  const isText = i => i < 2 || i === COLUMNS.length - 1;
  const lines = cells.map(line =>
    line.map((text, i) => (isText(i) ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join(' | '),
  );
  const rule = widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ');
  return [lines[0], rule, ...lines.slice(1)].map(line => `| ${line} |`).join('\n');
}

function kilobytes(bytes) {
  return bytes === undefined ? '-' : (bytes / 1000).toFixed(1);
}
