import { synchronous } from '../library.mjs';
import {
  add,
  Conv2D,
  conv2dFilterGrad,
  conv2dInputGrad,
  filterShape,
  globalAvgPool2dGrad,
  inputShape,
  outputShape,
  tensor,
  zeros,
} from '../own.mjs';

/** @typedef {import('../library.mjs').Case} Case */

/**
 * As a user calls it: from a contiguous tensor to a result that is read in NCHW order. The result's memory is allocated and
 * given back in every call, as the other libraries do.
 *
 * @param {string} version
 * @returns {import('../library.mjs').Library}
 */
export function convasm(version) {
  return {
    key: 'convasm',
    name: 'convasm',
    version,
    kind: 'convasm',
    prepare: async task => {
      const compute = prepare(task, values => values);
      const run = () => {
        const result = compute();
        void result.data;
        result.dispose();
      };
      return synchronous(run, () => read(compute));
    },
  };
}

/**
 * As between two layers: channels-last to channels-last, the result not looked at.
 *
 * @param {string} version
 * @returns {import('../library.mjs').Library}
 */
export function convasmLayers(version) {
  return {
    key: 'convasm-layers',
    name: 'convasm, between layers',
    version,
    kind: 'convasm',
    prepare: async task => {
      // The result of a layer with the same values; it stays channels-last as long as nobody touches its data. (A sum stands in
      // memory as its first term does, and this gradient stands channels-last.)
      const compute = prepare(task, images =>
        add(globalAvgPool2dGrad(zeros(images.shape.slice(0, 2)), images.shape), images),
      );
      return synchronous(
        () => compute().dispose(),
        () => read(compute),
      );
    },
  };
}

/**
 * @param {Case} task
 * @param {(images: import('../own.mjs').Tensor) => import('../own.mjs').Tensor} arrange
 * @returns {() => import('../own.mjs').Tensor}
 */
function prepare({ operation, shape, host }, arrange) {
  const { inChannels, outChannels, kernel, stride, padding, groups } = shape;
  const options = { stride, padding, groups };
  const w = tensor(host.w, filterShape(shape));
  if (operation === 'forward') {
    const layer = new Conv2D({ inChannels, outChannels, kernelSize: kernel, ...options, bias: false });
    layer.filters = w;
    layer.eval();
    const x = arrange(tensor(host.x, inputShape(shape)));
    return () => layer.forward(x);
  }
  const dy = arrange(tensor(host.dy, outputShape(shape)));
  if (operation === 'inputGrad') return () => conv2dInputGrad(dy, w, inputShape(shape), options);
  const x = arrange(tensor(host.x, inputShape(shape)));
  return () => conv2dFilterGrad(x, dy, filterShape(shape), options);
}

/** @param {() => import('../own.mjs').Tensor} compute */
function read(compute) {
  const result = compute();
  const values = result.data.slice();
  result.dispose();
  return values;
}
