// Every bundler with its default configuration: `node test/bundlers/run.mjs`, or with --help. The library is packed and installed
// as a user would get it; each bundler builds a page that trains for ten steps, and Chromium opens it. Imports nothing from
// node_modules, because there may be none yet.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { install } from '../browsers/install.mjs';
import { CASES } from './cases.mjs';
import { runCase } from './kinds.mjs';
import { formatTable } from './table.mjs';
import { makeWorkspace } from './workspace.mjs';

const HELP = `Builds a page, or a program for Node, with every bundler, and runs it with and without threads.

Usage: node test/bundlers/run.mjs [OPTION...]

  --only LIST   only these, with commas between: ${[...new Set(CASES.map(({ tool }) => tool))].join(', ')}
  --json FILE   write the table to FILE, too
  --help        show this text

Exit code: 0 all is well, 1 something is not, 2 wrong option.`;

const root = fileURLToPath(new URL('../../', import.meta.url));

const { only, json, help } = readOptions();
if (help) {
  console.log(HELP);
} else {
  const failed = await run(CASES.filter(({ tool }) => !only || only.includes(tool)));
  if (failed) process.exitCode = 1;
}

/** @returns whether something is not as it should be */
async function run(cases) {
  execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  install(fileURLToPath(new URL('./', import.meta.url)));
  install(fileURLToPath(new URL('../browsers/', import.meta.url)));
  const { openBrowser } = await import('../browsers/browser.mjs');
  const browser = openBrowser('chromium');
  const workspace = makeWorkspace(root);
  process.on('exit', workspace.remove); // Ctrl-C leaves by process.exit, below.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const rows = [];
  try {
    for (const one of cases) {
      console.error(`${one.name} ...`);
      rows.push(...(await runCase(one, { workspace, browser })));
    }
  } finally {
    await browser.close();
  }
  console.log(formatTable(rows));
  if (json) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify({ node: process.version, chromium: browser.version, rows }, null, 2)}\n`);
  }
  const bad = rows.filter(({ problems }) => problems.length > 0);
  for (const { name, problems } of bad) console.log(`\n${name}:\n${problems.join('\n')}`);
  console.log(`\n${rows.length - bad.length} passed, ${bad.length} failed`);
  return rows.length === 0 || bad.length > 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
    });
    const list = values.only?.split(',');
    const unknown = list?.filter(name => !CASES.some(({ tool }) => tool === name)) ?? [];
    if (unknown.length > 0) throw new Error(`--only: nothing is called ${unknown.join(', ')}`);
    return { ...values, only: list };
  } catch (error) {
    console.error(`test/bundlers: ${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}
