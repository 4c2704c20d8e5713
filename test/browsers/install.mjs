// The dependencies of a folder with a lock file of its own, installed when the lock file has changed since the last time.
// Imports nothing from node_modules, because there may be none yet.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * @param {string} folder ends in a slash
 * @param {{ native?: boolean }} [options] native: the packages are binaries for each platform, put in their places by install
 *   scripts. A registry may lack those of other platforms, and `npm ci` refuses a lock file without them. Default false
 */
export function install(folder, { native = false } = {}) {
  const lock = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex');
  const mark = `${folder}node_modules/.installed-lock`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  console.error(`Installing the dependencies of ${folder} ...`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const how = native ? ['install', '--no-save'] : ['ci', '--ignore-scripts'];
  execFileSync(command, [...args, ...how, '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  writeFileSync(mark, lock);
}
