// Each backend as one module with one copy of tfjs-core: the packages' own modules name files without extensions, and the main file
// that Node takes leaves the gradients out.
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} name */
const path = name => fileURLToPath(new URL(name, import.meta.url));

const PACKAGES = path('../node_modules');
const OWN_DIST = path('../../../dist');
/** CommonJS modules in a bundle ask for these. */
const COMMON_JS = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
const __dirname = import.meta.dirname; const __filename = import.meta.filename;`;

/** Where the wasm backend has its binaries. */
export const WASM_FOLDER = `${join(PACKAGES, '@tensorflow/tfjs-backend-wasm/wasm-out')}${sep}`;

/**
 * Writes NAME.mjs for each of `names` into `folder`.
 *
 * @param {readonly string[]} names of modules in backends/
 * @param {string} dist convasm's, as its build left it
 * @param {string} folder
 */
export async function bundle(names, dist, folder) {
  await build({
    entryPoints: names.map(name => path(`backends/${name}.mjs`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    // The same copy for convasm's files, wherever they are.
    alias: {
      '@tensorflow/tfjs-core': join(PACKAGES, '@tensorflow/tfjs-core'),
      '@tensorflow/tfjs-backend-cpu': join(PACKAGES, '@tensorflow/tfjs-backend-cpu'),
    },
    plugins: [convasmFrom(resolve(dist))],
    // The packages say that their registrations have no side effects.
    ignoreAnnotations: true,
    banner: { js: COMMON_JS },
    logLevel: 'error',
  });
}

/**
 * Takes convasm's files from another folder. Only those that need TensorFlow.js go into the bundle: the others find their worker beside
 * them.
 *
 * @param {string} dist
 * @returns {import('esbuild').Plugin}
 */
function convasmFrom(dist) {
  return {
    name: 'convasm',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: name, resolveDir }) => {
        const found = resolve(resolveDir, name);
        const base = [OWN_DIST, dist].find(folder => found.startsWith(folder + sep));
        if (!base) return null;
        const moved = join(dist, found.slice(base.length));
        return { path: moved, external: !moved.startsWith(join(dist, 'tfjs') + sep) };
      });
    },
  };
}
