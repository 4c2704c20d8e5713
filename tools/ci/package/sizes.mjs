// What each entry point weighs, and how much it may.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const BINARIES = ['relaxed', 'simd'];

/** Largest sizes that may pass, in bytes, some percent above what they are; raise one on purpose only. */
const BUDGET = {
  'convasm.tgz': [880_000],
  'simd.wasm': [208_000, 61_900],
  'relaxed.wasm': [213_000, 63_400],
  'convasm/worker': [2_100, 1_120],
  'convasm, JS': [180_000, 62_000],
  'convasm, JS and both binaries': [348_000, 188_000],
  'convasm/ops, JS': [66_500, 23_700],
  'convasm/ops, JS and both binaries': [236_000, 150_000],
  'convasm/tfjs, JS': [130_500, 46_300],
  'convasm/tfjs, JS and both binaries': [300_000, 172_000],
};

/**
 * Prints the table.
 *
 * @param {{ folder: string, tarball: number, binaries: string }} package  folder: where the package is installed; tarball: bytes;
 *   binaries: the folder of the .wasm files
 * @throws Error where something is over its budget
 */
export async function checkSizes({ folder, tarball, binaries }) {
  const sizes = { 'convasm.tgz': [tarball] };
  for (const name of BINARIES) sizes[`${name}.wasm`] = weigh([readFileSync(`${binaries}${name}.wasm`)]);
  sizes['convasm/worker'] = weigh([readFileSync(`${folder}/node_modules/convasm/dist/worker.js`)]);
  for (const entry of ['convasm', 'convasm/ops', 'convasm/tfjs']) {
    const chunks = await bundle(entry, folder);
    const scripts = chunks.filter(({ path }) => !BINARIES.some(name => path.includes(`/${name}-`)));
    if (scripts.length !== chunks.length - BINARIES.length)
      throw new Error(`${entry}: the binaries are no chunks apart`);
    sizes[`${entry}, JS`] = weigh(scripts.map(({ contents }) => contents));
    sizes[`${entry}, JS and both binaries`] = weigh(chunks.map(({ contents }) => contents));
  }

  console.log(`${'bytes'.padEnd(36)} ${['size', 'budget', 'gzip', 'budget'].map(s => s.padStart(8)).join(' ')}`);
  const over = [];
  for (const [what, [bytes, gzip]] of Object.entries(sizes)) {
    const [most, mostGzip] = BUDGET[what] ?? [0, 0]; // What has no budget is over it.
    const cells = [bytes, most, gzip ?? '', mostGzip ?? ''].map(value => String(value).padStart(8));
    console.log(`${what.padEnd(36)} ${cells.join(' ')}`);
    if (bytes > most || gzip > mostGzip) over.push(what);
  }
  if (over.length > 0) throw new Error(`over the budget of tools/ci/package/sizes.mjs: ${over.join('; ')}`);
}

/** Everything of an entry point, as a page that uses all of it would load it. */
async function bundle(entry, folder) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${entry}'`, resolveDir: folder },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    external: ['@tensorflow/*'], // Its users have it already.
    outdir: 'out',
    write: false,
  });
  return outputFiles;
}

/** Bytes of files, and of the files compressed one by one. */
function weigh(files) {
  const sum = lengths => lengths.reduce((total, length) => total + length, 0);
  return [sum(files.map(bytes => bytes.length)), sum(files.map(bytes => gzipSync(bytes, { level: 9 }).length))];
}
