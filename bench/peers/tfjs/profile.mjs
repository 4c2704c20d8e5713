import * as tf from '@tensorflow/tfjs-core';
import { median } from './shared.mjs';

/** Of the call that runs: calls of a kernel with operands of some shapes, and their milliseconds. @type {Map<string, { calls: number, time: number }>} */
const spent = new Map();
let watched = false;

/**
 * Milliseconds of a call, by kernel: medians over `calls`. From the first time on, every kernel of the backend keeps the books.
 *
 * @param {() => void} run
 * @param {number} calls
 */
export function profile(run, calls) {
  if (!watched) watch();
  watched = true;
  for (let i = 0; i < calls; i++) run(); // What V8 has to compile anew.
  /** @type {number[]} */
  const wholes = [];
  /** @type {number[]} */
  const rests = [];
  /** @type {Map<string, { calls: number, times: number[] }>} */
  const kernels = new Map();
  for (let i = 0; i < calls; i++) {
    spent.clear();
    const start = performance.now();
    run();
    const whole = performance.now() - start;
    wholes.push(whole);
    rests.push([...spent.values()].reduce((rest, { time }) => rest - time, whole));
    for (const [name, one] of spent) {
      const all = kernels.get(name) ?? { calls: one.calls, times: [] };
      all.times.push(one.time);
      kernels.set(name, all);
    }
  }
  return {
    whole: median(wholes),
    rest: median(rests),
    kernels: [...kernels].map(([name, { calls: count, times }]) => ({ name, calls: count, time: median(times) })),
  };
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
