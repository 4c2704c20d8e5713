// Prints the path of another Node, installed from npm: `node tools/ci/engine.mjs 22.23.3`.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [version] = process.argv.slice(2);
const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const folder = fileURLToPath(new URL(`../../build/engines/${version}/`, import.meta.url));
const binary = `${folder}node_modules/${name}/bin/node`;
if (!existsSync(binary)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, '{"private":true}\n');
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
}
const got = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
if (got !== `v${version}`) throw new Error(`wanted Node ${version}, ${binary} is ${got}`);
console.log(binary);
