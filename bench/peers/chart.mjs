// The chart for the README: how fast convasm is beside the other libraries, shape by shape.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { simd } from './markdown.mjs';
import { compare, fastest, measuredEntry, speedup } from './summary.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */

/** @typedef {{ shape: string, series: string, value: number }} Bar */

const SERIES = /** @type {const} */ ({
  convasm: { title: 'convasm', colour: 'var(--convasm)' },
  litert: { title: 'LiteRT.js', colour: 'var(--litert)' },
  'tfjs-wasm': { title: 'tfjs-backend-wasm', colour: 'var(--tfjs)' },
  'ort-web': { title: 'onnxruntime-web', colour: 'var(--ort)' },
  inputGrad: { title: 'convasm, input', colour: 'var(--convasm)' },
  filterGrad: { title: 'convasm, filter', colour: 'var(--filter)' },
});

/** Series from top to bottom. @type {readonly (keyof typeof SERIES)[]} */
const FORWARD = ['convasm', 'litert', 'tfjs-wasm', 'ort-web'];
/** @type {readonly (keyof typeof SERIES)[]} */
const GRADIENTS = ['inputGrad', 'filterGrad'];

/** A picture in a README has no page to take its colours from: it brings its own, for light and for dark. */
const STYLE = `
  :root { --paper: #ffffff; --ink: #1f2328; --convasm: #d9480f; --filter: #f0a35e;
    --litert: #1c7ed6; --tfjs: #74b0e8; --ort: #a9b4c0; }
  @media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --convasm: #ff7a3d; --filter: #b8703a;
    --litert: #4c9be8; --tfjs: #2f6ea8; --ort: #6b7682; } }
  text { font-family: system-ui, sans-serif; }`;

const WIDTH = 920;
/** Of the forward panel, where there is one with gradients beside it. */
const FORWARD_WIDTH = 590;
const GAP = 20;
const MARGIN = 8;
/** Titles and legends. */
const HEAD = 74;
/** The names of the shapes. */
const NAMES = 180;
const ROW = 36;
/** Height of a row's bars together. */
const BAND = ROW * 0.84;
/** Above and below the rows. */
const AXES = 50;

/**
 * @param {import('./results.mjs').Run} run
 * @returns {string} an SVG document
 */
export function drawChart({ machine, table }) {
  const gradients = gradientBars(table);
  const shapes = [...new Set(table.map(row => row.case.shape.name))];
  const height = AXES + ROW * shapes.length;
  const left = gradients.length > 0 ? FORWARD_WIDTH : WIDTH;
  const engine = `Node ${machine.node}, ${machine.cpu}, one thread, float32, ${simd(machine)} SIMD`;
  const parts = [
    text(MARGIN, 58, engine, 'normal'),
    ...forwardPanel(table, { width: left, height, marginLeft: NAMES, y: rowsScale(shapes) }),
  ];
  if (gradients.length > 0) {
    const panel = { width: WIDTH - left - GAP, height, marginLeft: MARGIN, y: { ...rowsScale(shapes), axis: null } };
    parts.push(...gradientsPanel(gradients, left + GAP, panel));
  }
  const size = `width="${WIDTH}" height="${HEAD + height}" viewBox="0 0 ${WIDTH} ${HEAD + height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} color="var(--ink)" font-size="12">
<title>convasm beside other libraries, by shape</title>
<style>${STYLE}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
${parts.join('\n')}
</svg>
`;
}

/** @param {readonly string[]} shapes @returns {Plot.ScaleOptions} */
function rowsScale(shapes) {
  return { domain: shapes, label: null, tickSize: 0, padding: 1 - BAND / ROW };
}

/** @typedef {{ width: number, height: number, marginLeft: number, y: Plot.ScaleOptions }} Panel */

/** @param {readonly Measured[]} table @param {Panel} panel */
function forwardPanel(table, panel) {
  const rows = table.filter(row => row.case.operation === 'forward');
  return [
    text(MARGIN, 18, 'Forward: speed, the fastest other WebAssembly library = 1', 'bold'),
    legend(MARGIN, 38, FORWARD),
    tickLegend(MARGIN + 440, 38, 'fastest native library'),
    nest(0, bars(forwardBars(rows), FORWARD, panel, rows.flatMap(nativeTick))),
  ];
}

/** @param {readonly Bar[]} data @param {number} x @param {Panel} panel */
function gradientsPanel(data, x, panel) {
  return [
    text(x + MARGIN, 18, 'Gradients: speed, PyTorch (native) = 1', 'bold'),
    legend(x + MARGIN, 38, GRADIENTS),
    nest(x, bars(data, GRADIENTS, panel)),
  ];
}

/** Each library's speed on a shape, in units of the fastest WebAssembly library but convasm. @param {readonly Measured[]} rows @returns {Bar[]} */
function forwardBars(rows) {
  return rows.flatMap(row =>
    FORWARD.map(series => ({
      shape: row.case.shape.name,
      series,
      value: speedup(fastest(row, 'wasm'), measuredEntry(row, series)),
    })).filter(({ value }) => Number.isFinite(value)),
  );
}

/** @param {Measured} row */
function nativeTick(row) {
  const value = speedup(fastest(row, 'wasm'), fastest(row, 'native'));
  return Number.isFinite(value) ? [{ shape: row.case.shape.name, value }] : [];
}

/** convasm's speed in units of PyTorch's. @param {readonly Measured[]} table @returns {Bar[]} */
function gradientBars(table) {
  return table
    .filter(row => row.case.operation !== 'forward')
    .map(row => ({
      shape: row.case.shape.name,
      series: row.case.operation,
      value: compare(row, 'convasm', 'pytorch'),
    }))
    .filter(({ value }) => Number.isFinite(value));
}

/**
 * On each row a bar for each series, and a tick.
 *
 * @param {readonly Bar[]} data
 * @param {readonly (keyof typeof SERIES)[]} series from top to bottom
 * @param {Panel} panel
 * @param {readonly { shape: string, value: number }[]} ticks
 */
function bars(data, series, { width, height, marginLeft, y }, ticks = []) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const most = Math.max(1, ...data.map(({ value }) => value), ...ticks.map(({ value }) => value));
  const marks = series.flatMap(key => {
    const own = data.filter(bar => bar.series === key);
    const { top, bottom } = band(series, key);
    const bar = Plot.barX(own, {
      x: 'value',
      y: 'shape',
      fill: SERIES[key].colour,
      insetTop: top,
      insetBottom: BAND - bottom + 1,
    });
    if (!isOurs(key)) return [bar];
    const dy = (top + bottom - BAND) / 2;
    return [bar, Plot.text(own, { x: 'value', y: 'shape', text: label, textAnchor: 'start', dx: 4, dy })];
  });
  return Plot.plot({
    document,
    width,
    height,
    marginLeft,
    marginRight: 34,
    marginTop: 22,
    marginBottom: 28,
    style: { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible' },
    x: { domain: [0, most], grid: true, label: null, ticks: Math.min(8, Math.ceil(most)), axis: 'both' },
    y,
    marks: [
      ...marks,
      Plot.tickX(ticks, { x: 'value', y: 'shape', stroke: 'currentColor', strokeWidth: 2 }),
      Plot.ruleX([1], { stroke: 'currentColor', strokeDasharray: '3 3' }),
      Plot.ruleX([0], { stroke: 'currentColor' }),
    ],
  }).outerHTML;
}

/** Where a bar stands among those of its row; convasm's are twice as high. @param {readonly string[]} series @param {string} key */
function band(series, key) {
  const heights = series.map(one => (isOurs(one) ? 2 : 1));
  const unit = BAND / heights.reduce((sum, height) => sum + height, 0);
  const index = series.indexOf(key);
  const top = heights.slice(0, index).reduce((sum, height) => sum + height, 0) * unit;
  return { top, bottom: top + heights[index] * unit };
}

/** @param {string} key */
function isOurs(key) {
  return key === 'convasm' || key === 'inputGrad' || key === 'filterGrad';
}

/** @param {Bar} bar */
function label({ value }) {
  return value.toFixed(value < 10 ? 1 : 0);
}

/** @param {number} x @param {string} svg */
function nest(x, svg) {
  return `<g transform="translate(${x} ${HEAD})">${svg}</g>`;
}

/** @param {number} x @param {number} y @param {string} content @param {string} weight */
function text(x, y, content, weight) {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x}" y="${y}" font-weight="${weight}" fill="currentColor">${escaped}</text>`;
}

/** @param {number} x @param {number} y @param {readonly (keyof typeof SERIES)[]} keys */
function legend(x, y, keys) {
  let at = x;
  return keys
    .map(key => {
      const { title, colour } = SERIES[key];
      const item = `<rect x="${at}" y="${y - 9}" width="10" height="10" fill="${colour}"/>${text(at + 14, y, title, 'normal')}`;
      at += 28 + title.length * 6.8;
      return item;
    })
    .join('');
}

/** @param {number} x @param {number} y @param {string} title */
function tickLegend(x, y, title) {
  return `<rect x="${x}" y="${y - 10}" width="2" height="12" fill="currentColor"/>${text(x + 7, y, title, 'normal')}`;
}
