import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { convModel } from '../formats/tflite.mjs';
import * as layouts from '../layouts.mjs';
import { asynchronous, LeftOutError, versionOf } from '../library.mjs';
import { filterShape, inputShape, outputShape } from '../own.mjs';

const WASM = fileURLToPath(new URL('../node_modules/@litertjs/core/wasm/', import.meta.url));

/** XNNPACK with relaxed SIMD where the engine has it; channels-last, inference only. @returns {Promise<import('../library.mjs').Library>} */
export async function litert() {
  const { loadAndCompile, loadLiteRt, Tensor } = await import('@litertjs/core');
  await quietly(() => withWorkerGlobals(() => loadLiteRt(WASM)));
  return {
    key: 'litert',
    name: 'LiteRT.js',
    version: versionOf('@litertjs/core'),
    kind: 'wasm',
    prepare: async ({ operation, shape, host }) => {
      if (operation !== 'forward') throw new LeftOutError('has no gradients');
      const depthwise = shape.groups > 1;
      const filterOrder = depthwise ? layouts.DEPTHWISE_CHANNELS_LAST : layouts.CHANNELS_LAST;
      const ordered = layouts.permuteShape(inputShape(shape), layouts.CHANNELS_LAST);
      const outputOrdered = layouts.permuteShape(outputShape(shape), layouts.CHANNELS_LAST);
      const bytes = convModel({
        inputShape: ordered,
        outputShape: outputOrdered,
        filterShape: layouts.permuteShape(filterShape(shape), filterOrder),
        filters: layouts.permute(host.w, filterShape(shape), filterOrder),
        stride: shape.stride,
        padding: shape.padding,
        depthwise,
      });
      const options = { accelerator: /** @type {const} */ ('wasm'), cpuOptions: { numThreads: 1 } };
      const model = await quietly(() => loadAndCompile(bytes, options));
      const x = new Tensor(layouts.permute(host.x, inputShape(shape), layouts.CHANNELS_LAST), ordered);
      const run = async () => {
        const [y] = await model.run(x);
        y.delete();
      };
      const result = async () => {
        const [y] = await model.run(x);
        const values = layouts.permute(y.toTypedArray(), outputOrdered, layouts.CHANNELS_FIRST);
        y.delete();
        return values;
      };
      return asynchronous(run, result);
    },
  };
}

/**
 * It expects a browser's worker, where importScripts runs a file that sets a global variable.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
async function withWorkerGlobals(load) {
  const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
  const before = globals.self;
  globals.self = globalThis;
  globals.importScripts = (/** @type {string} */ path) => {
    const code = `${readFileSync(path, 'utf8')}\nreturn ModuleFactory;`;
    const script = compileFunction(code, ['require', '__filename', '__dirname'], { filename: path });
    globals.ModuleFactory = script(createRequire(path), path, dirname(path));
  };
  try {
    return await load();
  } finally {
    globals.self = before;
    delete globals.importScripts;
  }
}

/**
 * It tells the console about every model, and that there is no GPU.
 *
 * @template T
 * @param {() => Promise<T>} run
 * @returns {Promise<T>} with nothing printed
 */
async function quietly(run) {
  const { log, info, warn, error } = console;
  const silent = () => {};
  Object.assign(console, { log: silent, info: silent, warn: silent, error: silent });
  try {
    return await run();
  } finally {
    Object.assign(console, { log, info, warn, error });
  }
}
