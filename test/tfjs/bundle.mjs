// The suite as one module for Node, or one script for pages: the packages' own modules name files without extensions.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

const HOSTS = {
  node: {
    format: 'esm',
    mainFields: ['module', 'main'],
    // CommonJS modules in the bundle ask for Node's own by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
  browser: {
    // Specs of io.http expect the sloppy mode, in which `this` of a function that is simply called is the window.
    format: 'iife',
    mainFields: ['browser', 'module', 'main'],
    tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
    // Jasmine looks there for the page's events.
    define: { global: 'globalThis' },
  },
};

/**
 * @param {'node' | 'browser'} platform
 * @returns the path of the file
 */
export async function bundle(platform) {
  const outfile = `${root}build/tfjs/${platform}/suite.mjs`;
  await build({
    entryPoints: [`${here}suite/main.mjs`],
    bundle: true,
    outfile,
    platform,
    target: 'es2022',
    nodePaths: [`${here}node_modules`],
    // The packages say that their specs have no side effects.
    ignoreAnnotations: true,
    plugins: [drawing],
    logLevel: 'error',
    ...HOSTS[platform],
  });
  return outfile;
}

/** Specs of tf.draw take the name of each backend but cpu for that of the canvas's context: ours draws as cpu does. */
const drawing = {
  name: 'drawing',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tfjs-core[\\/]dist[\\/]ops[\\/]draw_test\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace("env.name === 'cpu' ?", "['cpu', 'convasm'].includes(env.name) ?");
      if (contents === text) throw new Error(`${path}: it names no context any more`);
      return { contents };
    });
  },
};
