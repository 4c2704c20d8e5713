import { accuracyChart, confusionChart, lossChart } from './charts.ts';
import type { ConfusionMatrix } from './confusion.ts';
import type { CurvePoint } from './curve.ts';
import { Html, html } from './html.ts';
import type { DataUri } from './pictures.ts';
import { REPORT_STYLE } from './reportStyle.ts';
import type { EpochResult } from './training.ts';

/** A picture and the size in which the page shows it, in CSS pixels. */
export interface Picture {
  readonly uri: DataUri;
  readonly width: number;
  readonly height: number;
}

/** Everything that the report tells. */
export interface ReportContent {
  readonly title: string;
  readonly summary: string;
  /** Why the training ended early, if it did. */
  readonly notice: string | undefined;
  /** The figures that matter most. */
  readonly highlights: readonly { label: string; value: string; unit: string }[];
  readonly curve: readonly CurvePoint[];
  readonly epochs: readonly EpochResult[];
  readonly linearAccuracy: number | undefined;
  readonly confusion: ConfusionMatrix;
  /** The pictures of each first-layer filter and of what it makes of `sample`. */
  readonly filters: readonly { filter: Picture; response: Picture }[];
  readonly sample: Picture;
  readonly mistakes: readonly { picture: Picture; drawn: number; taken: number; probability: number }[];
  readonly mistakeCount: number;
  readonly digits: Picture;
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly figures: readonly (readonly [name: string, value: string])[];
}

/** The report as a page that needs nothing beside it: no script, no other file, no network. */
export function renderReport(content: ReportContent): string {
  const { title, summary, notice, highlights } = content;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>${summary}</p>
${notice === undefined ? '' : html`<p class="notice">${notice}</p>`}
<dl class="highlights">
${highlights.map(({ label, value, unit }) => html`<div><dt>${label}</dt><dd>${value} <small>${unit}</small></dd></div>\n`)}</dl>
</header>
${learning(content)}
${confusion(content)}
${filters(content)}
${mistakes(content)}
${digits(content)}
${run(content)}
</main>
</body>
</html>
`.markup;
}

function learning({ curve, epochs, linearAccuracy }: ReportContent): Html {
  const legend = html`<span class="key train"></span> training digits, averaged over a few steps;
<span class="key test"></span> test digits, after each epoch.`;
  return html`<section>
<h2>How it learnt</h2>
<div class="pair">
<figure>${new Html(lossChart(curve, epochs))}
<figcaption>Loss (cross-entropy, logarithmic scale): ${legend}</figcaption></figure>
<figure>${new Html(accuracyChart(curve, epochs, linearAccuracy))}
<figcaption>Accuracy: ${legend}</figcaption></figure>
</div>
</section>`;
}

function confusion({ confusion }: ReportContent): Html {
  return html`<section>
<h2>What it takes for what</h2>
<figure class="confusion">${new Html(confusionChart(confusion))}
<figcaption>Test digits by what was drawn (row) and what the network took it for (column):
<span class="key test"></span> recognised, <span class="key mistake"></span> mistaken. An empty cell is a zero.</figcaption></figure>
</section>`;
}

function filters({ filters, sample }: ReportContent): Html {
  return html`<section>
<h2>What the first layer looks for</h2>
<figure>
<div class="pictures">
<figure class="picture">${image(sample, 'a test digit')}<figcaption>the input</figcaption></figure>
${filters.map(
  ({ filter, response }, i) => html`<figure class="picture">${image(filter, `filter ${i + 1}`)}
${image(response, `the response to filter ${i + 1}`)}<figcaption>filter ${i + 1}</figcaption></figure>\n`,
)}</div>
<figcaption>The learnt 3x3 filters (blue is negative, white zero, red positive), and below each what is left of
the input behind it, after pool, normalisation and ReLU.</figcaption>
</figure>
</section>`;
}

function mistakes({ mistakes, mistakeCount }: ReportContent): Html {
  if (mistakes.length === 0) return html`<section><h2>What it got wrong</h2><p>Nothing.</p></section>`;
  const which =
    mistakes.length < mistakeCount ? `The ${mistakes.length} surest of ${mistakeCount} mistakes` : 'All mistakes';
  return html`<section>
<h2>What it got wrong</h2>
<figure>
<div class="pictures">
${mistakes.map(
  ({ picture, drawn, taken, probability }) =>
    html`<figure class="picture">${image(picture, `a ${drawn} that was taken for a ${taken}`)}
<figcaption><b>${drawn}</b> taken for <b>${taken}</b><br>${Math.round(100 * probability)} % sure</figcaption></figure>\n`,
)}</div>
<figcaption>${which} on the test digits, and how sure of it the network was.</figcaption>
</figure>
</section>`;
}

function digits({ digits }: ReportContent): Html {
  return html`<section>
<h2>What it learnt from</h2>
<figure>${image(digits, 'some training digits', 'sheet')}
<figcaption>Some of the training digits.</figcaption></figure>
</section>`;
}

function run({ settings, figures }: ReportContent): Html {
  return html`<section>
<h2>The run</h2>
<div class="pair">
${table('Settings', settings)}
${table('Figures', figures)}
</div>
</section>`;
}

function table(caption: string, rows: ReportContent['settings']): Html {
  return html`<table>
<caption>${caption}</caption>
${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</table>`;
}

function image({ uri, width, height }: Picture, alt: string, className = 'pixels'): Html {
  return html`<img class="${className}" src="${uri}" width="${width}" height="${height}" alt="${alt}">`;
}
