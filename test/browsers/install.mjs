// The dependencies of a folder with a lock file of its own, installed when the lock file has changed since the last time.
// Imports nothing from node_modules, because there may be none yet.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * @param {string} folder ends in a slash
 * @param {{ scripts?: boolean }} [options] scripts: whether the packages' own install scripts may run (they put the binaries of
 *   Bun, Deno and workerd in their places)
 */
export function install(folder, { scripts = false } = {}) {
  const lock = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex');
  const mark = `${folder}node_modules/.installed-lock`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  console.error(`Installing the dependencies of ${folder} ...`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const ci = ['ci', '--no-audit', '--no-fund', ...(scripts ? [] : ['--ignore-scripts'])];
  execFileSync(command, [...args, ...ci], { cwd: folder, stdio: ['ignore', 2, 2] });
  writeFileSync(mark, lock);
}
