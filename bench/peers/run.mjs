// convasm beside other libraries: `node bench/peers/run.mjs`, or with --help; `node bench/peers/run.mjs training` for whole training
// steps, `node bench/peers/run.mjs tfjs` for the TensorFlow.js backend. Installs and builds what is needed, then starts main.mjs, or that of the folder named. Plain Node >= 20; imports nothing from node_modules, because there may be none yet.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HELP, parseOptions, UsageError } from './options.mjs';

const here = fileURLToPath(new URL('./', import.meta.url));
/** Benchmarks with an own main.mjs in the folder of that name. */
const PARTS = ['training', 'tfjs'];
const root = fileURLToPath(new URL('../../', import.meta.url));

/** `npm ci`, when the lock file has changed since the last time. No package's install script is run. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(`${here}package-lock.json`))
    .digest('hex');
  const mark = `${here}node_modules/.installed-lock`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  console.error('Installing the other libraries (first run, some 500 MB) ...');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  execFileSync(command, [...args, 'ci', '--prefix', here, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(mark, lock);
}

/** @param {readonly string[]} args */
function start(args) {
  const [part = '', ...rest] = args;
  if (PARTS.includes(part)) {
    prepare();
    run(`${root}node_modules/.bin/node`, [`${here}${part}/main.mjs`, ...rest]);
    return;
  }
  const { help, ownNode } = parseOptions(args);
  if (help) {
    console.log(HELP);
    return;
  }
  prepare();
  run(ownNode ? process.execPath : `${root}node_modules/.bin/node`, [`${here}main.mjs`, ...args]);
}

function prepare() {
  execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  install();
}

/** @param {string} node @param {readonly string[]} args */
function run(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

try {
  start(process.argv.slice(2));
} catch (error) {
  console.error(`bench/peers: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
