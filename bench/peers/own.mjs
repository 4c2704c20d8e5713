// What the peers' benchmark takes from the library and from its own benchmark, both as tools/build.mjs left them.
export { prepareCeiling } from '../../build/bench/ceiling.js';
export {
  checkResult,
  filterGradElement,
  forwardElement,
  inputGradElement,
  WrongResultError,
} from '../../build/bench/check.js';
export { progressLine } from '../../build/bench/progress.js';
export { randomValues } from '../../build/bench/random.js';
export { filterShape, flopsOf, inputShape, outputShape, outSize, SHAPES } from '../../build/bench/shapes.js';
export { geometricMean, median, range } from '../../build/bench/statistics.js';
export { Conv2D, init, runtimeInfo, tensor, zeros } from '../../dist/index.js';
export { add, conv2dFilterGrad, conv2dInputGrad, globalAvgPool2dGrad } from '../../dist/ops/index.js';
