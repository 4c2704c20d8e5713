// The public API.
export { ArrayDataset, type ArrayDatasetOptions, type Normalization } from './data/arrayDataset.ts';
export { type AugmentOptions, augment } from './data/augment.ts';
export { type BatchesOptions, batches } from './data/batches.ts';
export type { NumberArray } from './data/checks.ts';
export { type Cifar10, parseCifar10 } from './data/cifar10.ts';
export { type CsvOptions, type CsvTable, parseCsv } from './data/csv.ts';
export { type CsvDatasetOptions, csvDataset } from './data/csvDataset.ts';
export type { Batch, Dataset } from './data/dataset.ts';
export { type IdxArray, type IdxArrays, type IdxType, parseIdx } from './data/idx.ts';
export { meanAndDeviation } from './data/meanAndDeviation.ts';
export { shuffled } from './data/shuffled.ts';
export { subset } from './data/subset.ts';
export * from './errors.ts';
export type { ByName } from './io/byName.ts';
export { type LoadStateDictOptions, type LoadStateDictResult, loadStateDict } from './io/loadStateDict.ts';
export { decodeSafetensors, type Safetensors, type StoredTensor } from './io/safetensors/decode.ts';
export type { StoredData, StoredDType } from './io/safetensors/elements.ts';
export { encodeSafetensors } from './io/safetensors/encode.ts';
export { stateDict } from './io/stateDict.ts';
export { HardSwish, LeakyReLU, type LeakyReLUOptions, ReLU6, Sigmoid, SiLU, Tanh } from './layers/activations.ts';
export { BatchNorm2D, type BatchNorm2DOptions } from './layers/batchNorm2d.ts';
export { Conv2D, type Conv2DLayerOptions } from './layers/conv2d.ts';
export { ConvTranspose2D, type ConvTranspose2DLayerOptions } from './layers/convTranspose2d.ts';
export { DepthwiseConv2D, type DepthwiseConv2DOptions } from './layers/depthwiseConv2d.ts';
export { Dropout, type DropoutLayerOptions, type DropoutState } from './layers/dropout.ts';
export { Flatten } from './layers/flatten.ts';
export { GlobalAvgPool2D } from './layers/globalAvgPool2d.ts';
export {
  constant,
  type FanOption,
  type Fans,
  fanInUniform,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  normal,
  type SeedOption,
  uniform,
} from './layers/initializers.ts';
export { Layer } from './layers/layer.ts';
export { Linear, type LinearOptions } from './layers/linear.ts';
export type { GradReduction } from './layers/parameters.ts';
export { AvgPool2D, MaxPool2D } from './layers/pool2d.ts';
export { ReLU } from './layers/relu.ts';
export { Residual } from './layers/residual.ts';
export { Sequential } from './layers/sequential.ts';
export { Softmax } from './layers/softmax.ts';
export { BCEWithLogits, MSE } from './losses/elementLosses.ts';
export type { Loss } from './losses/loss.ts';
export { SoftmaxCrossEntropy, type SoftmaxCrossEntropyLossOptions } from './losses/softmaxCrossEntropy.ts';
export { Adam, type AdamOptions, AdamW } from './optimizers/adam.ts';
export { clipGradNorm } from './optimizers/clipGradNorm.ts';
export { Optimizer } from './optimizers/optimizer.ts';
export { cosine, type Schedule, stepDecay, warmUp } from './optimizers/schedules.ts';
export { SGD, type SGDOptions } from './optimizers/sgd.ts';
export type { OptimizerState } from './optimizers/state.ts';
export { type InitOptions, init, type RuntimeInfo, runtimeInfo, shutdown } from './runtime/init.ts';
export { tensor, zeros } from './tensor/create.ts';
export type { DType } from './tensor/dtype.ts';
export type { NestedArray, Values } from './tensor/nested.ts';
export { scope } from './tensor/scope.ts';
export type { Shape } from './tensor/shape.ts';
export { Tensor } from './tensor/tensor.ts';
export type { BatchProgress } from './training/eachBatch.ts';
export type { EarlyStopOptions } from './training/earlyStop.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './training/evaluate.ts';
export { fit } from './training/fit.ts';
export type { Means } from './training/meter.ts';
export { mostLikely, type Scores } from './training/mostLikely.ts';
export type { BatchReport, Checkpointing, FitOptions, FitResult } from './training/options.ts';
export type { EpochReport } from './training/position.ts';
export { type Predictions, type PredictOptions, predict } from './training/predict.ts';
export { type Summary, type SummaryRow, summary } from './training/summary.ts';
