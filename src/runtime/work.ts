import {
  ACTIVATION_KIND,
  BINARY_KIND,
  GATHER_BLOCK,
  type KernelArgs,
  type KernelName,
  LOSS_KIND,
  PLANES_ROWS,
  UNARY_KIND,
} from './abi.ts';

/** Multiply-adds in a nanosecond: of the gathered product, of the planar kernels and of the depthwise ones. */
const PRODUCT = 25;
const PLANAR = 25;
const DEPTHWISE = 20;

/** Pixels of all windows. */
const pooled = (a: KernelArgs<'maxPool'>): number =>
  a.images * a.channels * a.outHeight * a.outWidth * a.kernelHeight * a.kernelWidth;

/**
 * How long one thread takes for a kernel's blocks in float32, in nanoseconds on a core of 3 to 4 GHz. Right within a factor of
 * two, which is enough to see what is worth sharing; nothing that is computed depends on it. Kernels of one block have none.
 */
export const WORK: { readonly [K in KernelName]?: (args: KernelArgs<K>, blocks: number) => number } = {
  gemm: a => (a.groups * a.rows * a.columns * a.outer * a.inner * a.length) / PRODUCT,
  diagonal: a => (a.groups * a.rows * a.columns * a.outer * a.inner * a.length) / DEPTHWISE,
  planes: (a, blocks) => blocks * PLANES_ROWS * a.channels * a.split * a.pitch * 0.2,
  planar: (a, blocks) => {
    const channels = 6 * a.sixes + 4 * a.fours + 2 * a.duos + a.ones;
    return (blocks * Math.min(a.rowBlock, a.outHeight) * a.outWidth * channels * a.depth) / PLANAR;
  },
  planarFilterGrad: a => (a.images * a.outHeight * a.outWidth * a.outChannels * a.taps) / PLANAR,
  depthwisePlanes: (a, blocks) => (blocks * a.rows * a.targetWidth * a.filterTaps) / DEPTHWISE,
  depthwiseFilterGrad: (a, blocks) => (blocks * a.images * a.rows * a.columns * a.filterTaps) / DEPTHWISE,
  rowProduct: a => a.rows * a.depth * a.columns * 0.07,
  pack: a => a.groups * a.columns * a.outer * a.inner * a.length * 0.6,
  pad: a => a.images * a.channels * a.paddedHeight * a.paddedWidth * 0.4,
  unpackFilter: a => a.groups * a.columns * a.channels * a.taps * 0.5,
  sumPixels: a => a.images * a.channels * a.pixels * 0.07,
  transpose: a => a.batch * a.rows * a.columns * 0.3,
  stridedCopy: a => a.n0 * a.n1 * a.n2 * a.n3 * a.rows * a.columns * 0.3,
  gather: (a, blocks) => blocks * Math.min(GATHER_BLOCK, a.count) * a.columns * 0.5,
  reduce: a => a.outer * a.reduced * a.inner * 0.15,
  scan: a => a.outer * a.count * a.inner * 0.5,
  resize: a => a.images * a.outHeight * a.outWidth * a.channels * 0.6,
  resizeGrad: a => a.images * a.outHeight * a.outWidth * a.channels * 1.5,
  addScaled: a => a.count * 0.3,
  scale: a => a.count * 0.1,
  sumOfSquares: a => a.count * 0.15,
  add: a => a.count * 0.3,
  binary: a => a.rows * a.columns * (a.kind >= BINARY_KIND.mod && a.kind <= BINARY_KIND.floorDiv ? 2.5 : 0.3),
  unary: a => a.count * (a.kind >= UNARY_KIND.exp && a.kind <= UNARY_KIND.softplus ? 1.5 : 0.25),
  select: a => a.count * 0.4,
  dropout: a => a.count * 0.6,
  batchNormPartials: a => a.images * a.channels * a.pixels * 0.25,
  batchNormStatistics: a => a.chunks * a.channels * 4,
  batchNormCoefficients: a => a.channels * 10,
  scaleShift: a => a.images * a.channels * a.pixels * 0.2,
  batchNormGradPartials: a => a.images * a.channels * a.pixels * 0.2,
  batchNormGradCoefficients: a => a.chunks * a.channels * 2,
  batchNormGrad: a => a.images * a.channels * a.pixels * 0.35,
  relu: a => a.count * 0.2,
  reluGrad: a => a.count * 0.3,
  activation: a => a.count * (a.kind < ACTIVATION_KIND.sigmoid ? 0.25 : 1.2),
  activationGrad: a => a.count * (a.kind === ACTIVATION_KIND.silu ? 1.7 : 0.25),
  softmax: a => a.rows * a.classes * 3.5,
  softmaxGrad: a => a.rows * a.classes * 0.7,
  maxPool: a => pooled(a) * 0.15,
  maxPoolGrad: a => pooled(a) * 0.5,
  maxPoolNumbers: a => pooled(a) * 0.1,
  averagePool: a => pooled(a) * 0.15,
  averagePoolGrad: a => pooled(a) * 0.15,
  maxPoolPlanes: a => pooled(a) * 0.2,
  maxPoolPlanesGrad: a => pooled(a) * 0.4,
  averagePoolPlanes: a => pooled(a) * 0.2,
  averagePoolPlanesGrad: a => pooled(a) * 0.25,
  spread: a => a.images * a.channels * a.pixels * 0.15,
  softmaxCrossEntropy: a => a.rows * a.classes * 20,
  softmaxCrossEntropyGrad: a => a.rows * a.classes * 0.5,
  sgd: a => a.count * 0.25,
  adam: a => a.count * 0.6,
  elementLoss: a => a.count * (a.kind === LOSS_KIND.squared ? 0.25 : 2.3),
  elementLossGrad: a => a.count * (a.kind === LOSS_KIND.squared ? 0.25 : 1.5),
  winogradInput: (a, blocks) => blocks * a.channels * (a.size + 2) ** 2 * 0.3,
  winogradOutput: (a, blocks) => blocks * a.channels * (a.size + 2) ** 2 * 0.3,
  winogradOutputGrad: (a, blocks) => blocks * a.channels * (a.size + 2) ** 2 * 0.3,
  winogradFilter: a => a.columns * a.depth * (a.size + 2) ** 2 * 0.25,
  winogradFilterGrad: a => a.columns * a.depth * (a.size + 2) ** 2 * 0.4,
};
