import { convModel } from '../formats/onnx.mjs';
import { asynchronous, LeftOutError, versionOf } from '../library.mjs';
import { filterShape, inputShape, outputShape } from '../own.mjs';

/** Milliseconds that the threads of its pool go on spinning after a call. */
const REST = 60;

/** @returns {Promise<import('../library.mjs').Library>} */
export async function onnxruntimeWeb() {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = 1;
  return library('ort-web', 'onnxruntime-web', 'wasm', ort, { executionProviders: ['wasm'] });
}

/** @returns {Promise<import('../library.mjs').Library>} */
export async function onnxruntimeNode() {
  const ort = await import('onnxruntime-node');
  return library('ort-node', 'onnxruntime-node', 'native', ort, { executionProviders: ['cpu'] });
}

/**
 * Filters are constants of the model, prepared when it is loaded. In a call onnxruntime-web copies the input into its memory and
 * the output out of it: its interface has no other way on a CPU.
 *
 * @param {string} key
 * @param {string} name
 * @param {'wasm' | 'native'} kind
 * @param {typeof import('onnxruntime-web')} ort
 * @param {import('onnxruntime-web').InferenceSession.SessionOptions} providers
 * @returns {import('../library.mjs').Library}
 */
function library(key, name, kind, ort, providers) {
  return {
    key,
    name,
    version: versionOf(name),
    kind,
    rest: REST,
    prepare: async ({ operation, shape, host }) => {
      if (operation !== 'forward') throw new LeftOutError('has no gradients');
      const shapes = {
        inputShape: inputShape(shape),
        outputShape: outputShape(shape),
        filterShape: filterShape(shape),
      };
      const session = await ort.InferenceSession.create(convModel({ ...shape, ...shapes, filters: host.w }), {
        ...providers,
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
      const inputs = { x: new ort.Tensor('float32', host.x, shapes.inputShape) };
      const compute = async () => {
        const { y } = await session.run(inputs);
        return /** @type {Float32Array} */ (y.data);
      };
      return asynchronous(compute, compute);
    },
  };
}
