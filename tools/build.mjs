// Builds everything: assembly/ -> build/wasm/*.wasm -> src/wasm/*.ts (deflated, in base64, in an ES module: no bundler
// has to find a file), the worker's program -> src/wasm/worker.ts (a string) and dist/worker.js, src/ -> dist/, examples/ and bench/
// -> build/. With --if-changed it does nothing when no source changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const binaries = Object.keys(JSON.parse(readFileSync(`${root}asconfig.json`, 'utf8')).targets);
const run = (script, ...args) =>
  execFileSync(process.execPath, [`${root}node_modules/${script}`, ...args], { cwd: root, stdio: 'inherit' });

function* sources(folder) {
  for (const entry of readdirSync(`${root}${folder}`, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (path === 'src/wasm' || path === 'bench/peers') continue;
    if (entry.isDirectory()) yield* sources(path);
    else yield path;
  }
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) hash.update(path).update(readFileSync(`${root}${path}`));
  return hash.digest('hex');
}

/** Runs `make` unless the mark of its last success holds the digest of the same sources. */
async function step(name, paths, outputs, make) {
  const mark = `${root}build/.${name}`;
  const want = digest(paths);
  const fresh = existsSync(mark) && readFileSync(mark, 'utf8') === want && outputs.every(p => existsSync(root + p));
  if (fresh && process.argv.includes('--if-changed')) return;
  console.log(`Building ${name} ...`);
  rmSync(mark, { force: true });
  await make();
  mkdirSync(`${root}build`, { recursive: true });
  writeFileSync(mark, want);
}

const kernels = [...sources('assembly'), 'asconfig.json', 'tools/build.mjs', 'tools/hoist.mjs', 'package-lock.json'];
await step(
  'kernels',
  kernels,
  binaries.flatMap(name => [`src/wasm/${name}.ts`, `build/wasm/${name}.wasm`]),
  async () => {
    // Not before there is something to build: it is a compiler that it imports.
    const { hoist } = await import('./hoist.mjs');
    mkdirSync(`${root}src/wasm`, { recursive: true });
    for (const name of binaries) {
      run('assemblyscript/bin/asc.js', 'assembly/index.ts', '--target', name);
      const wasm = Buffer.from(hoist(readFileSync(`${root}build/wasm/${name}.wat`, 'utf8')));
      writeFileSync(`${root}build/wasm/${name}.wasm`, wasm);
      const base64 = deflateRawSync(wasm, { level: 9 }).toString('base64');
      const lines = [
        '// Made by tools/build.mjs from assembly/.',
        `const wasm: string = '${base64}';`,
        'export default wasm;',
        '/** Place of the byte that says what kind of memory is imported. */',
        `export const memoryKind: number = ${memoryKind(wasm)};`,
      ];
      writeFileSync(`${root}src/wasm/${name}.ts`, `${lines.join('\n')}\n`);
    }
  },
);

/** Place of the flags of the imported memory's limits: 1 stands for a memory with a maximum, 3 for one that is shared, too. */
function memoryKind(wasm) {
  const entry = Buffer.from('\x03env\x06memory\x02', 'latin1');
  const place = wasm.indexOf(entry) + entry.length;
  if (wasm.indexOf(entry) < 0 || wasm[place] !== 1)
    throw new Error('the binary does not import env.memory with a maximum');
  return place;
}

const workerSources = ['src/runtime/threads/worker.ts', 'src/runtime/threads/control.ts'];
await step(
  'worker',
  [...workerSources, 'tools/build.mjs', 'package-lock.json'],
  ['src/wasm/worker.ts', 'build/worker.js'],
  () => {
    const { outputFiles } = buildSync({
      entryPoints: [`${root}${workerSources[0]}`],
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      legalComments: 'none',
      sourcemap: 'external',
      outfile: `${root}build/worker.js`,
      write: false,
    });
    const [map, script] = outputFiles.map(({ text }) => text.trim());
    mkdirSync(`${root}src/wasm`, { recursive: true });
    const note = '// Made by tools/build.mjs from src/runtime/threads/worker.ts.';
    writeFileSync(`${root}src/wasm/worker.ts`, `${note}\nexport default ${JSON.stringify(script)};\n`);
    writeFileSync(`${root}build/worker.js`, `${script}\n//# sourceMappingURL=worker.js.map\n`);
    writeFileSync(`${root}build/worker.js.map`, map);
  },
);
const library = [...kernels, ...sources('src'), 'tsconfig.json', 'tsconfig.src.json', 'tsconfig.node.json'];
await step('library', library, ['dist/index.js', 'dist/node/index.js', 'dist/worker.js'], () => {
  rmSync(`${root}dist`, { recursive: true, force: true });
  run('typescript/bin/tsc', '-p', 'tsconfig.src.json');
  run('typescript/bin/tsc', '-p', 'tsconfig.node.json');
  // Maps of what is made here would hold it once more.
  for (const file of readdirSync(`${root}dist/wasm`).filter(name => name.endsWith('.js'))) {
    const script = `${root}dist/wasm/${file}`;
    writeFileSync(script, readFileSync(script, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));
    rmSync(`${script}.map`);
  }
  copyFileSync(`${root}build/worker.js`, `${root}dist/worker.js`);
  copyFileSync(`${root}build/worker.js.map`, `${root}dist/worker.js.map`);
  // A script that is run for its effect alone, with types so that importing it is no error.
  writeFileSync(`${root}dist/worker.d.ts`, 'export {};\n');
  // For hosts that take a binary as a file: workerd imports it, others compile it themselves.
  for (const name of binaries) copyFileSync(`${root}build/wasm/${name}.wasm`, `${root}dist/${name}.wasm`);
});
const apps = [...library, ...sources('examples'), ...sources('bench'), 'tsconfig.apps.json'];
const programs = ['build/examples/digits/main.js', 'build/examples/tfjs/main.js', 'build/bench/run.js'];
await step('apps', apps, programs, () => run('typescript/bin/tsc', '-p', 'tsconfig.apps.json'));
