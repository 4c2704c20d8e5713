// The folder that all engines run from: the suite, its entries, and the package as a stranger gets it in node_modules.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** @returns {string} the folder, ending in a slash */
export function makeSite() {
  const site = `${root}build/conformance/site/`;
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', site], root));
  writeFileSync(`${site}package.json`, '{ "private": true, "type": "module" }\n');
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', `${site}${filename}`], site);
  for (const folder of ['suite', 'entries']) cpSync(here + folder, site + folder, { recursive: true });
  return site;
}
