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
  const { checkImports, checkSeparation } = await import('./package/imports.mjs');
  const { checkMaps } = await import('./package/maps.mjs');
  const { checkSizes } = await import('./package/sizes.mjs');
  const { checkTfjs } = await import('./package/tfjs.mjs');

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
  await checkSeparation(folder);
  await checkTfjs({ folder, tarball, npm });
  runReadmeExample();
  runTrainingExample();
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

/** The README's training of a data set, on few small pictures; what it writes has to be there and readable. */
function runTrainingExample() {
  for (const [set, count] of [
    ['train', 640],
    ['t10k', 64],
  ]) {
    // Class c has a bright square whose place says which class it is.
    const pictures = Buffer.alloc(count * 28 * 28);
    for (let i = 0; i < count * 28 * 28; i++) {
      const [n, y, x] = [Math.floor(i / 784), Math.floor(i / 28) % 28, i % 28];
      const label = n % 10;
      if (y >> 3 === label >> 2 && x >> 3 === label % 4) pictures[i] = 255;
    }
    const labels = Buffer.from(Array.from({ length: count }, (_, n) => n % 10));
    writeFileSync(join(folder, `${set}-images-idx3-ubyte`), Buffer.concat([idxHeader(count, 28, 28), pictures]));
    writeFileSync(join(folder, `${set}-labels-idx1-ubyte`), Buffer.concat([idxHeader(count), labels]));
  }
  const weights = "cv.decodeSafetensors(readFileSync('weights.safetensors'))";
  const question = `\nconsole.log('the file holds', ${weights}.tensors.size, 'tensors');\n`;
  writeFileSync(join(folder, 'train.js'), readmeExample('train.js') + question);
  const output = execFileSync(process.execPath, ['train.js'], { cwd: folder, encoding: 'utf8' });
  console.log(`README training example prints:\n${output}`);
  const accuracy = Number(/.*accuracy (\d+(?:\.\d+)?) %/s.exec(output)?.[1]);
  if (!(accuracy > 90)) throw new Error(`the README's training reached ${accuracy} %, expected more than 90 %`);
  if (!output.includes('the file holds 12 tensors')) throw new Error('the README training wrote other weights');
}

/** @param {readonly number[]} sizes of an array of bytes */
function idxHeader(...sizes) {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header[2] = 8;
  header[3] = sizes.length;
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return header;
}
