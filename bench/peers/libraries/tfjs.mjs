import { fileURLToPath } from 'node:url';
import * as layouts from '../layouts.mjs';
import { LeftOutError, synchronous, versionOf } from '../library.mjs';
import { filterShape, inputShape, outputShape } from '../own.mjs';

/** @typedef {import('../library.mjs').Library} Library */

/** The backend in plain JavaScript takes some 0.1 s for a million operations; larger work is not worth the wait. */
const CPU_LIMIT = 15e6;

/** XNNPACK in WebAssembly, and a plain loop for the input gradient; channels-last. @returns {Promise<Library>} */
export async function tfjsWasm() {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = new URL('../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url);
  wasm.setWasmPaths(fileURLToPath(folder));
  return library('tfjs-wasm', 'tfjs-backend-wasm', 'wasm', 'wasm');
}

/** Plain JavaScript: the gradients that the backend in WebAssembly does not have. @returns {Promise<Library>} */
export async function tfjsCpu() {
  await import('@tensorflow/tfjs-backend-cpu');
  const { prepare, ...rest } = await library('tfjs-cpu', 'tfjs-backend-cpu', 'js', 'cpu');
  return {
    ...rest,
    prepare: async task => {
      if (task.operation === 'forward') throw new LeftOutError('only for gradients');
      if (task.flops > CPU_LIMIT) throw new LeftOutError('takes seconds, not timed');
      return prepare(task);
    },
  };
}

/**
 * @param {string} key
 * @param {string} name
 * @param {import('../library.mjs').Kind} kind
 * @param {string} backend
 * @returns {Promise<Library>}
 */
async function library(key, name, kind, backend) {
  const tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode(); // No checks of its own, and no advice to take its native package.
  await tf.setBackend(backend);
  return {
    key,
    name,
    version: versionOf(`@tensorflow/${name}`),
    kind,
    prepare: async task => {
      await tf.setBackend(backend);
      const { compute, back } = prepare(tf, task);
      const run = () => compute().dispose();
      const result = () => {
        const y = compute();
        const values = layouts.permute(y.dataSync(), y.shape, back);
        y.dispose();
        return values;
      };
      const { time, result: read } = synchronous(run, result);
      // Both backends share an engine that has one of them chosen.
      return {
        time: async (milliseconds, least) => {
          await tf.setBackend(backend);
          return time(milliseconds, least);
        },
        result: read,
      };
    },
  };
}

/**
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {import('../library.mjs').Case} task
 * @returns {{ compute: () => import('@tensorflow/tfjs-core').Tensor, back: readonly [number, number, number, number] }} the
 *   operation, and how its result is brought to NCHW order
 */
function prepare(tf, { operation, shape, host }) {
  const { stride, padding, groups } = shape;
  const depthwise = groups > 1;
  const images = (/** @type {Float32Array} */ values, /** @type {readonly number[]} */ of) =>
    tf.tensor4d(layouts.permute(values, of, layouts.CHANNELS_LAST), layouts.permuteShape(of, layouts.CHANNELS_LAST));
  const filterOrder = depthwise ? layouts.DEPTHWISE_TAPS_FIRST : layouts.TAPS_FIRST;
  const tapsShape = layouts.permuteShape(filterShape(shape), filterOrder);
  const w = tf.tensor4d(layouts.permute(host.w, filterShape(shape), filterOrder), tapsShape);
  if (operation === 'forward') {
    const x = images(host.x, inputShape(shape));
    const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
    return { compute: () => convolve(x, w, stride, padding), back: layouts.CHANNELS_FIRST };
  }
  const dy = images(host.dy, outputShape(shape));
  const attributes = {
    strides: [stride, stride],
    pad: padding,
    dataFormat: 'NHWC',
    dimRoundingMode: 'floor',
    dilations: [1, 1],
  };
  if (operation === 'inputGrad') {
    const kernel = depthwise ? tf.DepthwiseConv2dNativeBackpropInput : tf.Conv2DBackpropInput;
    const wanted = layouts.permuteShape(inputShape(shape), layouts.CHANNELS_LAST);
    return {
      compute: gradient(tf, kernel, { dy, filter: w }, { ...attributes, inputShape: wanted }),
      back: layouts.CHANNELS_FIRST,
    };
  }
  const x = images(host.x, inputShape(shape));
  const kernel = depthwise ? tf.DepthwiseConv2dNativeBackpropFilter : tf.Conv2DBackpropFilter;
  const back = depthwise ? layouts.DEPTHWISE_FILTERS_BACK : layouts.FILTERS_BACK;
  return { compute: gradient(tf, kernel, { x, dy }, { ...attributes, filterShape: tapsShape }), back };
}

/**
 * A gradient's kernel. tfjs-core calls it from the derivative of a function only.
 *
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {string} kernel
 * @param {import('@tensorflow/tfjs-core').NamedTensorMap} inputs
 * @param {import('@tensorflow/tfjs-core').NamedAttrMap} attributes
 * @returns {() => import('@tensorflow/tfjs-core').Tensor}
 */
function gradient(tf, kernel, inputs, attributes) {
  if (!tf.getKernel(kernel, tf.getBackend())) throw new LeftOutError(`has no ${kernel}`);
  return () => tf.engine().runKernel(kernel, inputs, attributes);
}
