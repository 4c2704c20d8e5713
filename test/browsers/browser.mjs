// Chromium and Firefox: started without a window, given a page, killed if it hangs.
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

/** Where the browsers' own packages put them; a variable of the environment names another place. */
const BROWSERS = {
  chromium: {
    product: 'chrome',
    debian: 'chromium',
    variable: 'CHROMIUM_BIN',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    // Chromium's sandbox refuses to start for root; the rest keeps it off the network.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
  firefox: {
    product: 'firefox',
    debian: 'firefox-esr',
    variable: 'FIREFOX_BIN',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    args: [],
  },
};

/** @typedef {'chromium' | 'firefox'} BrowserName */

/**
 * A browser that opens pages one after the other. It is started with the first page, and again after it had to be killed.
 *
 *     const browser = openBrowser('firefox');
 *     try { console.log(await browser.result(`${server.url}/page.html`), browser.version); }
 *     finally { await browser.close(); }
 *
 * @param {BrowserName} name
 * @throws Error where it is not installed, saying what to install
 */
export function openBrowser(name) {
  const { product, args } = BROWSERS[name];
  const executablePath = findBrowser(name);
  let browser = null;
  let version = '';

  const start = async () => {
    browser = await puppeteer.launch({ browser: product, executablePath, headless: true, args });
    version = (await browser.version()).replace(/^\D*/, '');
    return browser;
  };
  /** A page whose main thread hangs can hold up close() for ever. */
  const kill = () => {
    browser?.process()?.kill('SIGKILL');
    browser = null;
  };

  return {
    /** Such as '156.0.8078.79'; empty before the first page. */
    get version() {
      return version;
    },

    /**
     * Opens a page and waits until its script sets `globalThis.result` to anything but undefined (made of JSON's types), or until
     * `run` comes to its end.
     *
     * @param {string} url
     * @param {{ seconds?: number, silent?: boolean, run?: () => unknown }} [options] seconds: how long to wait before the browser is killed. Default 60.
     *   silent: whether an error on the console (a file that is missing, say) is a failure. Default false. run: a function that runs in
     *   the page, and sees nothing else; it gives the result, or a promise of it
     * @throws Error where the page has an uncaught error, does not load, or takes too long; with all that it wrote to its console
     */
    async result(url, { seconds = 60, silent = false, run } = {}) {
      const said = [];
      const fail = why => new Error([`${name}, ${url}: ${why}`, ...said].join('\n    '));
      const { promise: broken, reject: breakOff } = deferred();
      let over = false;
      const timer = setTimeout(() => {
        kill();
        breakOff(fail(`no result within ${seconds} seconds`));
      }, seconds * 1000);
      try {
        return await Promise.race([broken, watch()]);
      } finally {
        over = true;
        clearTimeout(timer);
      }

      async function watch() {
        const page = await (browser ?? (await start())).newPage();
        page.on('console', message => said.push(`console ${message.type()}: ${message.text()}`));
        page.on('requestfailed', request => said.push(`request failed: ${request.url()}`));
        page.on('pageerror', error => {
          // Firefox reports what a policy blocked in the same way; whether that matters is for the page to say.
          if (error?.message?.startsWith('Content-Security-Policy')) said.push(error.message);
          else breakOff(fail(`uncaught: ${error?.stack ?? error}`));
        });
        try {
          const response = await page.goto(url);
          if (!response?.ok()) throw fail(`status ${response?.status()}`);
          const checked = text => {
            if (silent && said.some(line => line.startsWith('console error'))) throw fail('errors on the console');
            return JSON.parse(text);
          };
          if (run) return checked(JSON.stringify(await page.evaluate(run)));
          // Asked for again and again: waitForFunction compiles text in the page, which a strict policy forbids.
          while (!over) {
            const text = await page.evaluate(() => JSON.stringify(globalThis.result));
            if (typeof text === 'string') return checked(text);
            await new Promise(resolve => setTimeout(resolve, 50));
          }
        } finally {
          if (browser) await page.close();
        }
      }
    },

    /** Ends the browser; one that does not close within 5 seconds is killed. */
    async close() {
      if (!browser) return;
      const { promise: late, resolve } = deferred();
      const timer = setTimeout(resolve, 5000);
      await Promise.race([browser.close(), late]);
      clearTimeout(timer);
      kill();
    },
  };
}

/** @param {BrowserName} name */
function findBrowser(name) {
  const { variable, paths, debian } = BROWSERS[name];
  const wanted = process.env[variable];
  const found = wanted ?? paths.find(path => existsSync(path));
  if (found && existsSync(found)) return found;
  throw new Error(
    `${name} is not installed: apt-get install ${debian}, or set ${variable} to its path ` +
      `(looked for ${wanted ?? paths.join(', ')}).`,
  );
}

function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  promise.catch(() => {}); // May be broken off after its race is over.
  return { promise, resolve, reject };
}
