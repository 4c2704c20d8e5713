import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ConfusionMatrix } from './confusion.ts';
import type { CurvePoint } from './curve.ts';
import type { EpochResult } from './training.ts';

/** Colours are custom properties of the page, so a chart is as readable on a dark page as on a light one. */
const TRAIN = 'var(--train)';
const TEST = 'var(--test)';
const MISTAKE = 'var(--mistake)';

const STYLE = { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible' };

/** Loss over the epochs, on a logarithmic scale: an improvement by half looks alike early and late. */
export function lossChart(curve: readonly CurvePoint[], epochs: readonly EpochResult[]): string {
  return svg({
    x: epochAxis(curve, epochs),
    y: { type: 'log', label: 'loss', grid: true, tickFormat: String, ticks: 4 },
    marks: [
      Plot.line(curve, { x: 'epoch', y: positive, stroke: TRAIN, strokeWidth: 1.5 }),
      Plot.line(epochs, { x: 'epoch', y: positive, stroke: TEST, strokeWidth: 2 }),
      Plot.dot(epochs, { x: 'epoch', y: positive, fill: TEST, r: 4 }),
    ],
  });
}

/** Accuracy over the epochs in percent, with the level that a linear classifier reaches, where there is one. */
export function accuracyChart(
  curve: readonly CurvePoint[],
  epochs: readonly EpochResult[],
  linearAccuracy: number | undefined,
): string {
  // The steep beginning would squeeze everything of interest into the upper edge; it may leave the chart below.
  const later = curve.slice(Math.floor(curve.length / 20)).map(point => point.accuracy);
  const lowest = Math.min(...later, ...epochs.map(point => point.accuracy), linearAccuracy ?? 1);
  const floor = Math.min(Math.floor(lowest * 20) * 5, 95);
  const percent = ({ accuracy }: { accuracy: number }) => 100 * accuracy;
  const level = linearAccuracy === undefined ? [] : [{ accuracy: linearAccuracy }];
  return svg({
    x: epochAxis(curve, epochs),
    y: { label: 'accuracy (%)', grid: true, domain: [floor, 100], ticks: 5 },
    marks: [
      Plot.ruleY(level, { y: percent, stroke: 'currentColor', strokeDasharray: '4 4', strokeOpacity: 0.7 }),
      Plot.text(level, {
        y: percent,
        text: d => `linear classifier ${percent(d).toFixed(1)} %`,
        frameAnchor: 'right',
        textAnchor: 'end',
        dy: 12,
        fill: 'currentColor',
      }),
      Plot.line(curve, { x: 'epoch', y: percent, stroke: TRAIN, strokeWidth: 1.5, clip: true }),
      Plot.line(epochs, { x: 'epoch', y: percent, stroke: TEST, strokeWidth: 2, clip: true }),
      Plot.dot(epochs, { x: 'epoch', y: percent, fill: TEST, r: 4 }),
    ],
  });
}

/** The confusion matrix: what was recognised in one colour, what was mistaken in another. */
export function confusionChart(matrix: ConfusionMatrix): string {
  const cells = matrix.flatMap((row, drawn) => row.map((count, taken) => ({ drawn, taken, count })));
  const recognised = cells.filter(({ drawn, taken }) => drawn === taken);
  const mistaken = cells.filter(({ drawn, taken, count }) => drawn !== taken && count > 0);
  const strength = (list: readonly { count: number }[]) => {
    const most = Math.max(...list.map(({ count }) => count), 1);
    return ({ count }: { count: number }) => 0.15 + 0.7 * Math.sqrt(count / most);
  };
  const place = { x: 'taken', y: 'drawn' } as const;
  const digits = { domain: matrix.map((_, digit) => digit), tickSize: 0, padding: 0.06 };
  return svg({
    width: 480,
    height: 460,
    marginTop: 45,
    marginLeft: 45,
    marginBottom: 10,
    x: { ...digits, axis: 'top', label: 'taken for', labelAnchor: 'center', labelArrow: 'none' },
    y: { ...digits, label: 'drawn', labelAnchor: 'center', labelArrow: 'none' },
    marks: [
      Plot.cell(cells, { ...place, fill: 'currentColor', fillOpacity: 0.05 }),
      Plot.cell(recognised, { ...place, fill: TEST, fillOpacity: strength(recognised) }),
      Plot.cell(mistaken, { ...place, fill: MISTAKE, fillOpacity: strength(mistaken) }),
      Plot.text([...recognised, ...mistaken], { ...place, text: 'count', fill: 'currentColor' }),
    ],
  });
}

function epochAxis(curve: readonly CurvePoint[], epochs: readonly EpochResult[]): Plot.ScaleOptions {
  const end = Math.max(curve.at(-1)?.epoch ?? 0, epochs.at(-1)?.epoch ?? 0, 0.01);
  return { label: 'epoch', labelOffset: 38, domain: [0, end], ticks: Math.min(Math.max(Math.ceil(end), 2), 10) };
}

/** A logarithmic scale has no 0. A loss can be 0 when every probability rounds to 1. */
function positive({ loss }: { loss: number }): number {
  return Math.max(loss, 1e-6);
}

/** Draws with a document of linkedom's, because Node has none. */
function svg(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return Plot.plot({ document, width: 480, height: 300, marginLeft: 50, marginBottom: 42, style: STYLE, ...options })
    .outerHTML;
}
