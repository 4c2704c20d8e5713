// The package as a stranger gets it: packs it, looks at what is inside, installs it in an empty project, and runs the README's
// example there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { readmeExample } from './readme.mjs';

/** Largest sizes that may pass, in bytes; raise one on purpose only. */
const BUDGET = { tarball: 160_000, 'wasm, gzip': 29_000 };

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convasm-package-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  for (const message of messages) console.log(formatMessage(message, pkg));
  if (messages.length > 0) throw new Error('publint has something to say');

  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  const stray = packed.files
    .map(({ path }) => path)
    .filter(path => !/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path));
  if (stray.length > 0) throw new Error(`the package holds what it should not: ${stray.join(', ')}`);
  const sizes = {
    tarball: packed.size,
    ...Object.fromEntries(
      ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'].flatMap(name => {
        const bytes = readFileSync(`${root}build/wasm/${name}.wasm`);
        return [
          [`${name}.wasm`, bytes.length],
          [`${name}.wasm, gzip`, gzipSync(bytes, { level: 9 }).length],
        ];
      }),
    ),
  };
  for (const [what, bytes] of Object.entries(sizes)) {
    console.log(`${what.padEnd(28)} ${String(bytes).padStart(8)} bytes`);
    const budget = BUDGET[what] ?? (what.endsWith('gzip') ? BUDGET['wasm, gzip'] : undefined);
    if (bytes > budget) throw new Error(`${what} is over its budget of ${budget} bytes`);
  }

  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed.filename)], folder);
  const installed = JSON.parse(npm(['ls', '--all', '--json'], folder));
  const names = Object.keys(installed.dependencies);
  if (names.join() !== 'convasm') throw new Error(`installing convasm brought ${names.join(', ')}`);

  writeFileSync(join(folder, 'example.js'), readmeExample());
  const output = execFileSync(process.execPath, ['example.js'], { cwd: folder, encoding: 'utf8' });
  console.log(`README example (${statSync(join(folder, 'example.js')).size} bytes) prints:\n${output}`);
  // The example trains to an accuracy; a number has to be there, and a good one.
  const accuracy = Number(/accuracy (\d+(?:\.\d+)?) %/.exec(output)?.[1]);
  if (!(accuracy > 95)) throw new Error(`the README example reached ${accuracy} %, expected more than 95 %`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
