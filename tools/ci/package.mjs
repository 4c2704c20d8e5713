// The package as a stranger gets it: packs it, looks at what is inside, installs it in an empty project, and runs the README's
// example there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../test/browsers/install.mjs';
import { readmeExample } from './readme.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convasm-package-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  install(fileURLToPath(new URL('./package/', import.meta.url)));
  const { checkExports, checkProjects } = await import('./package/types.mjs');
  const { checkImports } = await import('./package/imports.mjs');
  const { checkMaps } = await import('./package/maps.mjs');
  const { checkSizes } = await import('./package/sizes.mjs');

  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  const tarball = join(folder, packed.filename);
  const stray = packed.files
    .map(({ path }) => path)
    .filter(path => !/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path));
  if (stray.length > 0) throw new Error(`the package holds what it should not: ${stray.join(', ')}`);
  await checkExports(tarball);

  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], folder);
  const installed = JSON.parse(npm(['ls', '--all', '--json'], folder));
  const names = Object.keys(installed.dependencies);
  if (names.join() !== 'convasm') throw new Error(`installing convasm brought ${names.join(', ')}`);

  checkProjects(folder);
  checkMaps(join(folder, 'node_modules/convasm/dist'));
  await checkSizes({ folder, tarball: packed.size, binaries: `${root}build/wasm/` });
  await checkImports(folder);
  runReadmeExample();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The example trains to an accuracy; a number has to be there, and a good one. */
function runReadmeExample() {
  writeFileSync(join(folder, 'example.js'), readmeExample());
  const output = execFileSync(process.execPath, ['example.js'], { cwd: folder, encoding: 'utf8' });
  console.log(`README example prints:\n${output}`);
  const accuracy = Number(/accuracy (\d+(?:\.\d+)?) %/.exec(output)?.[1]);
  if (!(accuracy > 95)) throw new Error(`the README example reached ${accuracy} %, expected more than 95 %`);
}
