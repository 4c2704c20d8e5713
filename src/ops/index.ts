// The functional face of convasm: stateless operations on tensors. Each checks, plans and calls a kernel.

export {
  hardSwish,
  hardSwishGrad,
  type LeakyReluOptions,
  leakyRelu,
  leakyReluGrad,
  sigmoid,
  sigmoidGrad,
  silu,
  siluGrad,
  tanh,
  tanhGrad,
} from './activations.ts';
export { type AdamStepOptions, adamStep } from './adamStep.ts';
export { type AddOptions, add } from './add.ts';
export { addScaled } from './addScaled.ts';
export {
  type BatchNorm2dGradOptions,
  type BatchNorm2dOptions,
  batchNorm2d,
  batchNorm2dGrad,
  batchNorm2dStatistics,
  type ChannelStatistics,
  type EpsOption,
  type RunningStatistics,
} from './batchNorm2d.ts';
export { conv2dBiasGrad } from './conv2d/biasGrad.ts';
export { conv2dFilterGrad, type ScaleOption } from './conv2d/filterGrad.ts';
export { type Activation, type Conv2DForwardOptions, conv2d } from './conv2d/forward.ts';
export type { Conv2DOptions } from './conv2d/geometry.ts';
export { type Conv2DInputGradOptions, conv2dInputGrad } from './conv2d/inputGrad.ts';
export { type ConvTranspose2DForwardOptions, type ConvTranspose2DOptions, convTranspose2d } from './convTranspose2d.ts';
export { type DropoutOptions, dropout } from './dropout.ts';
export { bceWithLogits, bceWithLogitsGrad, mse, mseGrad } from './elementLosses.ts';
export { globalAvgPool2d, globalAvgPool2dGrad } from './globalAvgPool2d.ts';
export { type LinearForwardOptions, linear, linearBiasGrad, linearInputGrad, linearWeightGrad } from './linear.ts';
export type { OutOption } from './operands.ts';
export {
  type AvgPool2DOptions,
  avgPool2d,
  avgPool2dGrad,
  maxPool2d,
  maxPool2dGrad,
  type Pool2DOptions,
} from './pool2d.ts';
export { relu, relu6, relu6Grad, reluGrad } from './relu.ts';
export { scale } from './scale.ts';
export { type SgdStepOptions, sgdStep } from './sgdStep.ts';
export { softmax, softmaxGrad } from './softmax.ts';
export {
  type SoftmaxCrossEntropyOptions,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
} from './softmaxCrossEntropy.ts';
export { sumOfSquares } from './sumOfSquares.ts';
export type { ActivationOutput } from './through.ts';
export type { Padding, Pair } from './window.ts';
