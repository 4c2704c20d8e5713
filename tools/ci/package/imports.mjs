// Importing convasm runs nothing, and leads to nothing of TensorFlow.js: of an import whose names are not used, nothing is left. "sideEffects" in package.json says so to
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
    // These are imported for what they run, the worker's program and the registration of a backend: a flag that covered them, too,
    // would leave an empty worker, and a TensorFlow.js that knows no backend 'convasm'.
    for (const entry of ['convasm/worker', 'convasm/tfjs']) {
      const left = await bundle(`import '${entry}';`, folder);
      if (left.trim() === '') throw new Error(`import '${entry}' runs nothing, says ${bundler}`);
      if (entry === 'convasm/tfjs' && !left.includes('registerBackend('))
        throw new Error(`${bundler}: no registration`);
    }
    console.log(`nothing runs at import: ${bundler}`);
  }
}

/** @param {string} folder where the package is installed @throws Error where an entry point but convasm/tfjs leads to TensorFlow.js */
export async function checkSeparation(folder) {
  for (const entry of ['convasm', 'convasm/ops', 'convasm/node', 'convasm/worker']) {
    const text = await withEsbuild(`export * from '${entry}';`, folder);
    if (text === '' || text.includes('@tensorflow')) throw new Error(`'${entry}' leads to TensorFlow.js`);
  }
  const text = await withEsbuild("export * from 'convasm/tfjs';", folder);
  if (!text.includes('@tensorflow/tfjs-core')) throw new Error("'convasm/tfjs' does not lead to TensorFlow.js");
  console.log('nothing of TensorFlow.js but in convasm/tfjs');
}

async function withEsbuild(program, folder) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    format: 'esm',
    external: ['node:*', 'cli-progress', '@tensorflow/*'],
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
  const bundle = await rollup({
    input: main,
    plugins: [virtual, ...plugins, nodeResolve()],
    external: /^@tensorflow\//,
    onLog() {},
  });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    return output.map(({ code }) => code).join('');
  } finally {
    await bundle.close();
  }
}
