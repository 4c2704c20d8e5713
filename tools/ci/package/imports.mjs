// Importing convasm runs nothing: of an import whose names are not used, nothing is left. "sideEffects" in package.json says so to
// bundlers; Rollup is asked twice, and the second time does not believe it but looks at the code. (esbuild is asked once: to it a
// constant such as 2 ** 32 is code that runs.)
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rollup } from 'rollup';

const BUNDLERS = {
  esbuild: withEsbuild,
  Rollup: (program, folder) => withRollup(program, folder, []),
  'Rollup, looking for itself': (program, folder) => withRollup(program, folder, [doubt]),
};

/** @param {string} folder where the package is installed @throws Error with the code that is left */
export async function checkImports(folder) {
  for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
    for (const entry of ['convasm', 'convasm/ops', 'convasm/node']) {
      const left = (await bundle(`import '${entry}';`, folder)).trim();
      if (left !== '') throw new Error(`import '${entry}' runs code, says ${bundler}:\n${left.slice(0, 3000)}`);
    }
    // The program of a worker is nothing but code that runs: a flag that covered it, too, would leave an empty worker.
    if ((await bundle("import 'convasm/worker';", folder)).trim() === '')
      throw new Error(`${bundler}: an empty worker`);
    console.log(`nothing runs at import: ${bundler}`);
  }
}

async function withEsbuild(program, folder) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    format: 'esm',
    external: ['node:*'],
    logLevel: 'error', // It warns that such an import does nothing.
    write: false,
  });
  return outputFiles[0].text;
}

/** Says of every module, but those of Node, that it may do something when it is loaded. */
const doubt = {
  name: 'doubt',
  resolveId: {
    order: 'pre',
    async handler(id, importer, options) {
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      return found && { ...found, moduleSideEffects: !found.external };
    },
  },
};

async function withRollup(program, folder, plugins) {
  const main = `${folder}/main.js`;
  const virtual = {
    name: 'main',
    resolveId: { order: 'pre', handler: id => (id === main ? main : null) },
    load: id => (id === main ? program : null),
  };
  const bundle = await rollup({ input: main, plugins: [virtual, ...plugins, nodeResolve()], onLog() {} });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    return output.map(({ code }) => code).join('');
  } finally {
    await bundle.close();
  }
}
