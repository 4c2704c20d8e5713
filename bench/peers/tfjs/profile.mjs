import * as tf from '@tensorflow/tfjs-core';

/** Milliseconds by kernel and shapes since it was cleared. @type {Map<string, { calls: number, time: number }>} */
const spent = new Map();
let watched = false;

/**
 * Milliseconds of a call, by kernel. From the first time on, every kernel of the backend keeps the books.
 *
 * @param {() => void} run
 * @param {number} calls
 */
export function profile(run, calls) {
  if (!watched) watch();
  watched = true;
  for (let i = 0; i < calls; i++) run(); // What V8 has to compile anew.
  spent.clear();
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  const whole = (performance.now() - start) / calls;
  const kernels = [...spent].map(([name, one]) => ({ name, calls: one.calls / calls, time: one.time / calls }));
  return { whole, kernels };
}

function watch() {
  const backend = tf.getBackend();
  for (const config of tf.getKernelsForBackend(backend)) {
    tf.unregisterKernel(config.kernelName, backend);
    tf.registerKernel({
      ...config,
      kernelFunc: call => {
        const start = performance.now();
        const result = config.kernelFunc(call);
        const time = performance.now() - start;
        const name = describe(config.kernelName, call);
        const one = spent.get(name) ?? { calls: 0, time: 0 };
        spent.set(name, { calls: one.calls + 1, time: one.time + time });
        return result;
      },
    });
  }
}

/** A kernel's name with the shapes of its operands. @param {string} kernel @param {Parameters<tf.KernelFunc>[0]} call */
function describe(kernel, { inputs, attrs }) {
  const shapes = Object.values(inputs).flatMap(one => (one?.shape ? [`[${one.shape.join(',')}]`] : []));
  const stride = [/** @type {any} */ (attrs)?.strides ?? []].flat()[0];
  return `${kernel} ${shapes.slice(0, 2).join(' ')}${stride > 1 ? ` s${stride}` : ''}`;
}
