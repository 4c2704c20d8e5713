// Importing convasm runs nothing. "sideEffects" in package.json tells bundlers so; here they do not believe it, and find for
// themselves that nothing is left of an import whose names are not used.
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rollup } from 'rollup';

/** @param {string} folder where the package is installed @throws Error with the code that is left */
export async function checkImports(folder) {
  for (const entry of ['convasm', 'convasm/ops']) {
    for (const [bundler, bundle] of Object.entries({ esbuild: withEsbuild, Rollup: withRollup })) {
      const left = (await bundle(`import '${entry}';`, folder)).trim();
      if (left !== '') throw new Error(`import '${entry}' runs code, says ${bundler}:\n${left.slice(0, 3000)}`);
      console.log(`import '${entry}' leaves nothing: ${bundler}`);
    }
  }
}

async function withEsbuild(program, folder) {
  const asked = Symbol('asked');
  const doubt = {
    name: 'doubt',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ path, pluginData, ...where }) => {
        if (pluginData === asked) return undefined;
        return { ...(await resolve(path, { ...where, pluginData: asked })), sideEffects: true };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    format: 'esm',
    legalComments: 'none',
    minify: true, // It works out constants, without which 2 * 1024 is code that runs.
    write: false,
    plugins: [doubt],
  });
  return outputFiles[0].text;
}

async function withRollup(program, folder) {
  const main = `${folder}/main.js`;
  const doubt = {
    name: 'doubt',
    resolveId: {
      order: 'pre',
      async handler(id, importer, options) {
        if (id === main) return main;
        const found = await this.resolve(id, importer, { ...options, skipSelf: true });
        return { ...found, moduleSideEffects: true };
      },
    },
    load: id => (id === main ? program : null),
  };
  const bundle = await rollup({ input: main, plugins: [doubt, nodeResolve()], onLog() {} });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    return output.map(({ code }) => code).join('');
  } finally {
    await bundle.close();
  }
}
