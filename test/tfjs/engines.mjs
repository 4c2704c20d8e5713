// Where the suite runs: this Node or another one, or a page in a browser.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../browsers/install.mjs';
import { serve } from '../browsers/server.mjs';
import { bundle } from './bundle.mjs';

const SECONDS = 300;

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @typedef {object} Session
 * @property {string} version
 * @property {(options: object) => Promise<object>} run  gives the report of suite/main.mjs
 * @property {() => Promise<void>} close
 */

/** @type {Record<string, () => Promise<Session>>} */
export const ENGINES = {
  node: () => openNode(process.execPath),
  'node-24': () => openNode(`${root}node_modules/node/bin/node`),
  'node-20': () => {
    const engine = [`${root}tools/ci/engine.mjs`, '20.20.2'];
    return openNode(execFileSync(process.execPath, engine, { encoding: 'utf8' }).trim());
  },
  chromium: () => openPages('chromium'),
  firefox: () => openPages('firefox'),
};

async function openNode(binary) {
  const suite = await bundle('node');
  const folder = mkdtempSync(join(tmpdir(), 'convasm-tfjs-'));
  const file = join(folder, 'report.json');
  return {
    version: execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().slice(1),
    async run(options) {
      rmSync(file, { force: true });
      const command = [`${here}suite/command.mjs`, suite, JSON.stringify(options), file];
      const child = spawn(binary, command, { stdio: ['ignore', 'ignore', 'pipe'], timeout: SECONDS * 1000 });
      let said = '';
      child.stderr.on('data', data => {
        said += data;
      });
      const [code, signal] = await new Promise((resolve, reject) => {
        child.once('error', reject).once('close', (...end) => resolve(end));
      });
      if (code !== 0) throw new Error(`the suite ended with ${signal ?? `code ${code}`}:\n${said}`);
      return JSON.parse(readFileSync(file, 'utf8'));
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openPages(name) {
  install(fileURLToPath(new URL('../browsers/', import.meta.url)));
  const { openBrowser } = await import('../browsers/browser.mjs');
  const folders = { '/': `${dirname(await bundle('browser'))}/` };
  const browser = openBrowser(name);
  return {
    get version() {
      return browser.version;
    },
    async run(options) {
      const page = `<!doctype html><link rel="icon" href="data:,"><body>
        <script>globalThis.suiteOptions = ${JSON.stringify(options).replaceAll('<', '\\u003c')}</script>
        <script src="/suite.mjs"></script>`;
      const server = await serve({ folders, pages: { '/': page }, isolated: true });
      try {
        return await browser.result(`${server.url}/`, { seconds: SECONDS });
      } finally {
        await server.close();
      }
    },
    close: () => browser.close(),
  };
}
