/** The style sheet of the report, for light and dark pages, for screens and paper. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --text: #1d2126; --quiet: #5c6570; --line: #dfe2e6;
  --train: #8aa5c4; --test: #1f6feb; --mistake: #d1242f; --notice: #fff3cd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1c2026; --text: #e4e7eb; --quiet: #9aa4af; --line: #343a42;
    --train: #6f8bab; --test: #58a6ff; --mistake: #ff7b72; --notice: #4a3b0a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 0 0 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem; margin-top: 1.25rem; }
figure { margin: 0; }
figcaption { color: var(--quiet); font-size: .875rem; margin-top: .5rem; }
.notice { background: var(--notice); border-radius: 6px; padding: .6rem .9rem; }
.highlights { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 1.25rem 0 0; }
.highlights div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; }
.highlights dt { color: var(--quiet); font-size: .875rem; }
.highlights dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.highlights small { color: var(--quiet); font-size: .875rem; font-weight: 400; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.5rem; align-items: start; }
.confusion { max-width: 34rem; margin: 0 auto; }
svg { width: 100%; height: auto; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; }
.key.train { background: var(--train); }
.key.test { background: var(--test); }
.key.mistake { background: var(--mistake); }
.pictures { display: flex; flex-wrap: wrap; gap: .9rem; }
.picture { text-align: center; }
.picture figcaption { font-size: .75rem; line-height: 1.35; margin-top: .3rem; }
.picture b { color: var(--text); }
img { display: block; image-rendering: pixelated; border-radius: 4px; max-width: 100%; }
.picture img { margin: 0 auto; }
.picture img + img { margin-top: .4rem; }
.sheet { width: 100%; height: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-top: 1px solid var(--line); }
th { font-weight: 400; color: var(--quiet); white-space: nowrap; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
@media print { section, .highlights div { break-inside: avoid; } }
`;
