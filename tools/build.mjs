// Builds everything: assembly/ -> build/wasm/*.wasm -> src/wasm/*.ts (deflated, in base64, in an ES module: no bundler
// has to find a file), src/ -> dist/, examples/ and bench/ -> build/. With --if-changed it does nothing when no source changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const root = fileURLToPath(new URL('../', import.meta.url));
const binaries = Object.keys(JSON.parse(readFileSync(`${root}asconfig.json`, 'utf8')).targets);
/** Those that the library loads; the ones with threads are built for the tests alone until there is a thread pool. */
const shipped = binaries.filter(name => !name.endsWith('-threads'));
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
function step(name, paths, outputs, make) {
  const mark = `${root}build/.${name}`;
  const want = digest(paths);
  const fresh = existsSync(mark) && readFileSync(mark, 'utf8') === want && outputs.every(p => existsSync(root + p));
  if (fresh && process.argv.includes('--if-changed')) return;
  console.log(`Building ${name} ...`);
  rmSync(mark, { force: true });
  make();
  mkdirSync(`${root}build`, { recursive: true });
  writeFileSync(mark, want);
}

const kernels = [...sources('assembly'), 'asconfig.json', 'tools/build.mjs', 'package-lock.json'];
step(
  'kernels',
  kernels,
  [...shipped.map(name => `src/wasm/${name}.ts`), ...binaries.map(name => `build/wasm/${name}.wasm`)],
  () => {
    rmSync(`${root}src/wasm`, { recursive: true, force: true });
    mkdirSync(`${root}src/wasm`, { recursive: true });
    for (const name of binaries) {
      run('assemblyscript/bin/asc.js', 'assembly/index.ts', '--target', name);
      if (!shipped.includes(name)) continue;
      const deflated = deflateRawSync(readFileSync(`${root}build/wasm/${name}.wasm`), { level: 9 });
      const base64 = deflated.toString('base64');
      const source = `// Made by tools/build.mjs from assembly/.\nconst wasm: string = '${base64}';\nexport default wasm;\n`;
      writeFileSync(`${root}src/wasm/${name}.ts`, source);
    }
  },
);
const library = [...kernels, ...sources('src'), 'tsconfig.json', 'tsconfig.src.json'];
step('library', library, ['dist/index.js'], () => {
  rmSync(`${root}dist`, { recursive: true, force: true });
  run('typescript/bin/tsc', '-p', 'tsconfig.src.json');
  // A map of base64 would be the base64 once more.
  for (const name of shipped) {
    const script = `${root}dist/wasm/${name}.js`;
    writeFileSync(script, readFileSync(script, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));
    rmSync(`${script}.map`);
  }
});
const apps = [...library, ...sources('examples'), ...sources('bench'), 'tsconfig.apps.json'];
step('apps', apps, ['build/examples/digits/main.js', 'build/bench/run.js'], () =>
  run('typescript/bin/tsc', '-p', 'tsconfig.apps.json'),
);
