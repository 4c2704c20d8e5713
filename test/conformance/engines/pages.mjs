// Chromium and Firefox: pages with and without cross-origin isolation, workers of both, and pages under policies.
import { openBrowser } from '../../browsers/browser.mjs';
import { serve } from '../../browsers/server.mjs';
import { runsWithoutThreads, runsWithThreads, SECONDS } from './engine.mjs';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox']);

const NOT_ISOLATED = /cross-origin isolat/i;

/** Where the suite runs: in the page, or in a Web Worker of it so that long work does not freeze the page. */
const PLACES = [
  { suffix: '', isolated: false, place: 'page' },
  { suffix: '-isolated', isolated: true, place: 'page' },
  { suffix: '-worker', isolated: false, place: 'worker' },
  { suffix: '-worker-isolated', isolated: true, place: 'worker' },
];

const one = /** @type {const} */ ({ variant: 'simd', threads: 2 });
const twoThreads = { options: one, wanted: { variant: 'simd', threads: 2 } };
const WASM = "script-src 'self' 'wasm-unsafe-eval'";

/** Content-Security-Policies of isolated pages, and what is to come of them. */
const POLICIES = [
  {
    suffix: '-csp-self',
    csp: "script-src 'self'",
    run: { options: one, wanted: { error: { name: 'UnsupportedEngineError', message: /'wasm-unsafe-eval'/ } } },
  },
  // No Blob worker, but the package's own worker file.
  { suffix: '-csp-wasm', csp: WASM, run: twoThreads },
  { suffix: '-csp-wasm-blob', csp: `${WASM}; worker-src 'self' blob:`, run: twoThreads },
  {
    suffix: '-csp-trusted-types',
    csp: `${WASM}; require-trusted-types-for 'script'`,
    run: { options: one, wanted: { variant: 'simd', threads: 1, threadsOff: /./ } },
  },
  {
    suffix: '-csp-trusted-types-own-worker',
    csp: `${WASM}; require-trusted-types-for 'script'`,
    run: { ...twoThreads, ownWorkers: true },
  },
];

/** @type {readonly import('./engine.mjs').Engine[]} */
export const pages = BROWSERS.flatMap(browser => [
  ...PLACES.map(({ suffix, isolated, place }) => ({
    name: `${browser}${suffix}`,
    runs: isolated
      ? runsWithThreads('relaxed').filter(run => place === 'page' || !run.ownWorkers)
      : runsWithoutThreads('relaxed', NOT_ISOLATED),
    open: site => openPages(browser, site, { isolated }, place),
  })),
  ...POLICIES.map(({ suffix, csp, run }) => ({
    name: `${browser}${suffix}`,
    runs: [run],
    open: site => openPages(browser, site, { isolated: true, csp }, 'page'),
  })),
]);

/**
 * @param {import('../../browsers/browser.mjs').BrowserName} name
 * @param {string} site
 * @param {{ isolated: boolean, csp?: string }} headers
 * @param {string} place
 * @returns {Promise<import('./engine.mjs').Session>}
 */
async function openPages(name, site, headers, place) {
  const browser = openBrowser(name);
  const server = await serve({
    folders: { '/': site },
    pages: {
      '/page.html': '<!doctype html><meta charset="utf-8"><script type="module" src="/entries/page.mjs"></script>',
    },
    ...headers,
  });
  return {
    version: () => browser.version,
    run: ({ options, ownWorkers }) => {
      const query = new URLSearchParams({
        place,
        workers: ownWorkers ? 'own' : 'convasm',
        options: JSON.stringify(options),
      });
      const url = `${server.url}/page.html?${query}`;
      return browser.result(url, { seconds: SECONDS });
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
