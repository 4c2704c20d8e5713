/**
 * The ABI: every function that the host may call, and nothing else. A kernel is `name_f32` or `name_f64` (plain `name` where it
 * knows no element type) with the form (address of its argument struct, first block, last block); see jobs.ts.
 */
import {
  ActivationArgs,
  activationGrad as activationGradOf,
  activation as activationOf,
} from './activation/activation';
import { ReluArgs, reluGrad as reluGradOf, relu as reluOf } from './activation/relu';
import { SoftmaxArgs, softmaxGrad as softmaxGradOf, softmax as softmaxOf } from './activation/softmax';
import { PadArgs, pad as padOf } from './conv/pad';
import { SumPixelsArgs, sumPixels as sumPixelsOf } from './conv/sumPixels';
import { UnpackFilterArgs, unpackFilter as unpackFilterOf } from './conv/unpackFilter';
import { DepthwiseFilterGradArgs, DepthwisePlanesArgs } from './depthwise/args';
import { depthwiseFilterGrad as depthwiseFilterGradOf } from './depthwise/filterGrad';
import { depthwisePlanes as depthwisePlanesOf } from './depthwise/planes';
import { DropoutArgs, dropout as dropoutOf } from './dropout/dropout';
import { BinaryArgs, binary as binaryOf } from './elementwise/binary';
import { SelectArgs, select as selectOf } from './elementwise/select';
import { UnaryArgs, unary as unaryOf } from './elementwise/unary';
import { GemmArgs } from './gemm/args';
import { diagonal as diagonalOf } from './gemm/diagonal';
import { gemm as gemmOf } from './gemm/gemm';
import { PackArgs, pack as packOf } from './gemm/pack';
import { RowProductArgs, rowProduct as rowProductOf } from './gemm/rowProduct';
import { TableArgs, table as tableOf } from './gemm/table';
import {
  ElementLossArgs,
  elementLossGrad as elementLossGradOf,
  elementLoss as elementLossOf,
} from './loss/elementwise';
import { MeanLossArgs, meanLoss as meanLossOf } from './loss/meanLoss';
import {
  SoftmaxCrossEntropyArgs,
  softmaxCrossEntropyGrad as softmaxCrossEntropyGradOf,
  softmaxCrossEntropy as softmaxCrossEntropyOf,
} from './loss/softmaxCrossEntropy';
import { batchNormCoefficients as batchNormCoefficientsOf, scaleShift as scaleShiftOf } from './norm/apply';
import { BatchNormArgs } from './norm/args';
import { batchNormGrad as batchNormGradOf } from './norm/gradient';
import {
  batchNormGradCoefficients as batchNormGradCoefficientsOf,
  batchNormGradPartials as batchNormGradPartialsOf,
} from './norm/gradientSums';
import {
  batchNormPartials as batchNormPartialsOf,
  batchNormStatistics as batchNormStatisticsOf,
} from './norm/statistics';
import { AdamArgs, adam as adamOf } from './optimizer/adam';
import { SgdArgs, sgd as sgdOf } from './optimizer/sgd';
import { PlanarArgs } from './planar/args';
import { PlanarFilterArgs, planarFilter as planarFilterOf } from './planar/filter';
import { planarFilterGrad as planarFilterGradOf } from './planar/filterGrad';
import { PlanarFilterGradArgs } from './planar/gradientArgs';
import { planar as planarOf } from './planar/planar';
import { PlanesArgs, planes as planesOf } from './planar/planes';
import { PoolArgs } from './pool/args';
import { averagePoolGrad as averagePoolGradOf } from './pool/averageGrad';
import { averagePoolPlanesGrad as averagePoolPlanesGradOf } from './pool/averagePlanesGrad';
import { maxPoolGrad as maxPoolGradOf } from './pool/maxGrad';
import { maxPoolPlanesGrad as maxPoolPlanesGradOf } from './pool/maxPlanesGrad';
import { averagePool as averagePoolOf, maxPoolNumbers as maxPoolNumbersOf, maxPool as maxPoolOf } from './pool/pixels';
import { averagePoolPlanes as averagePoolPlanesOf, maxPoolPlanes as maxPoolPlanesOf } from './pool/planes';
import { SpreadArgs, spread as spreadOf } from './pool/spread';
import { ResizeArgs, resizeGrad as resizeGradOf, resize as resizeOf } from './resize/resize';
import { Simd } from './simd';
import { AddArgs, add as addOf } from './tensor/add';
import { AddScaledArgs, addScaled as addScaledOf } from './tensor/addScaled';
import { GatherArgs, gather as gatherOf } from './tensor/gather';
import { ReduceArgs, reduce as reduceOf } from './tensor/reduce';
import { ScaleArgs, scale as scaleOf } from './tensor/scale';
import { ScanArgs, scan as scanOf } from './tensor/scan';
import { StridedCopyArgs, stridedCopy as stridedCopyOf } from './tensor/stridedCopy';
import { SumOfSquaresArgs, sumOfSquares as sumOfSquaresOf } from './tensor/sumOfSquares';
import { TransposeArgs, transpose as transposeOf } from './tensor/transpose';
import {
  WinogradDataArgs,
  winogradInput as winogradInputOf,
  winogradOutputGrad as winogradOutputGradOf,
  winogradOutput as winogradOutputOf,
} from './winograd/data';
import {
  WinogradFilterArgs,
  winogradFilterGrad as winogradFilterGradOf,
  winogradFilter as winogradFilterOf,
} from './winograd/filter';

/** Raised whenever a struct or a function of this file changes its meaning, so that a module of another version is refused. */
const ABI_VERSION: i32 = 3;

/** version * 2 + (1: relaxed SIMD). */
export function abi(): i32 {
  return ABI_VERSION * 2 + (ASC_FEATURE_RELAXED_SIMD ? 1 : 0);
}

/** 1 where multiply-add rounds once: (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46 fused, 0 otherwise. */
export function fusesMultiplyAdd(): i32 {
  const x = f32x4.splat(1.00000011920928955078125);
  const c = f32x4.splat(-1.0000002384185791015625);
  return f32x4.extract_lane(Simd.fma<f32>(x, x, c), 0) != 0 ? 1 : 0;
}

export function gemm_f32(args: GemmArgs, first: i32, last: i32): void {
  gemmOf<f32>(args, first, last);
}
export function gemm_f64(args: GemmArgs, first: i32, last: i32): void {
  gemmOf<f64>(args, first, last);
}
export function diagonal_f32(args: GemmArgs, first: i32, last: i32): void {
  diagonalOf<f32>(args, first, last);
}
export function diagonal_f64(args: GemmArgs, first: i32, last: i32): void {
  diagonalOf<f64>(args, first, last);
}
export function planes_f32(args: PlanesArgs, first: i32, last: i32): void {
  planesOf<f32>(args, first, last);
}
export function planes_f64(args: PlanesArgs, first: i32, last: i32): void {
  planesOf<f64>(args, first, last);
}
export function planarFilter_f32(args: PlanarFilterArgs, first: i32, last: i32): void {
  planarFilterOf<f32>(args, first, last);
}
export function planarFilter_f64(args: PlanarFilterArgs, first: i32, last: i32): void {
  planarFilterOf<f64>(args, first, last);
}
export function planar_f32(args: PlanarArgs, first: i32, last: i32): void {
  planarOf<f32>(args, first, last);
}
export function planar_f64(args: PlanarArgs, first: i32, last: i32): void {
  planarOf<f64>(args, first, last);
}
export function planarFilterGrad_f32(args: PlanarFilterGradArgs, first: i32, last: i32): void {
  planarFilterGradOf<f32>(args, first, last);
}
export function planarFilterGrad_f64(args: PlanarFilterGradArgs, first: i32, last: i32): void {
  planarFilterGradOf<f64>(args, first, last);
}
export function depthwisePlanes_f32(args: DepthwisePlanesArgs, first: i32, last: i32): void {
  depthwisePlanesOf<f32>(args, first, last);
}
export function depthwisePlanes_f64(args: DepthwisePlanesArgs, first: i32, last: i32): void {
  depthwisePlanesOf<f64>(args, first, last);
}
export function depthwiseFilterGrad_f32(args: DepthwiseFilterGradArgs, first: i32, last: i32): void {
  depthwiseFilterGradOf<f32>(args, first, last);
}
export function depthwiseFilterGrad_f64(args: DepthwiseFilterGradArgs, first: i32, last: i32): void {
  depthwiseFilterGradOf<f64>(args, first, last);
}
export function rowProduct(args: RowProductArgs, first: i32, last: i32): void {
  rowProductOf(args, first, last);
}
export function pack_f32(args: PackArgs, first: i32, last: i32): void {
  packOf<f32>(args, first, last);
}
export function pack_f64(args: PackArgs, first: i32, last: i32): void {
  packOf<f64>(args, first, last);
}
export function pad_f32(args: PadArgs, first: i32, last: i32): void {
  padOf<f32>(args, first, last);
}
export function pad_f64(args: PadArgs, first: i32, last: i32): void {
  padOf<f64>(args, first, last);
}
export function unpackFilter_f32(args: UnpackFilterArgs, first: i32, last: i32): void {
  unpackFilterOf<f32>(args, first, last);
}
export function unpackFilter_f64(args: UnpackFilterArgs, first: i32, last: i32): void {
  unpackFilterOf<f64>(args, first, last);
}
export function sumPixels_f32(args: SumPixelsArgs, first: i32, last: i32): void {
  sumPixelsOf<f32>(args, first, last);
}
export function sumPixels_f64(args: SumPixelsArgs, first: i32, last: i32): void {
  sumPixelsOf<f64>(args, first, last);
}
export function transpose_f32(args: TransposeArgs, first: i32, last: i32): void {
  transposeOf<f32>(args, first, last);
}
export function transpose_f64(args: TransposeArgs, first: i32, last: i32): void {
  transposeOf<f64>(args, first, last);
}
export function addScaled_f32(args: AddScaledArgs, first: i32, last: i32): void {
  addScaledOf<f32>(args, first, last);
}
export function addScaled_f64(args: AddScaledArgs, first: i32, last: i32): void {
  addScaledOf<f64>(args, first, last);
}
export function scale_f32(args: ScaleArgs, first: i32, last: i32): void {
  scaleOf<f32>(args, first, last);
}
export function scale_f64(args: ScaleArgs, first: i32, last: i32): void {
  scaleOf<f64>(args, first, last);
}
export function sumOfSquares_f32(args: SumOfSquaresArgs, first: i32, last: i32): void {
  sumOfSquaresOf<f32>(args, first, last);
}
export function sumOfSquares_f64(args: SumOfSquaresArgs, first: i32, last: i32): void {
  sumOfSquaresOf<f64>(args, first, last);
}
export function relu_f32(args: ReluArgs, first: i32, last: i32): void {
  reluOf<f32>(args, first, last);
}
export function relu_f64(args: ReluArgs, first: i32, last: i32): void {
  reluOf<f64>(args, first, last);
}
export function reluGrad_f32(args: ReluArgs, first: i32, last: i32): void {
  reluGradOf<f32>(args, first, last);
}
export function reluGrad_f64(args: ReluArgs, first: i32, last: i32): void {
  reluGradOf<f64>(args, first, last);
}
export function activation_f32(args: ActivationArgs, first: i32, last: i32): void {
  activationOf<f32>(args, first, last);
}
export function activation_f64(args: ActivationArgs, first: i32, last: i32): void {
  activationOf<f64>(args, first, last);
}
export function activationGrad_f32(args: ActivationArgs, first: i32, last: i32): void {
  activationGradOf<f32>(args, first, last);
}
export function activationGrad_f64(args: ActivationArgs, first: i32, last: i32): void {
  activationGradOf<f64>(args, first, last);
}
export function softmax_f32(args: SoftmaxArgs, first: i32, last: i32): void {
  softmaxOf<f32>(args, first, last);
}
export function softmax_f64(args: SoftmaxArgs, first: i32, last: i32): void {
  softmaxOf<f64>(args, first, last);
}
export function softmaxGrad_f32(args: SoftmaxArgs, first: i32, last: i32): void {
  softmaxGradOf<f32>(args, first, last);
}
export function softmaxGrad_f64(args: SoftmaxArgs, first: i32, last: i32): void {
  softmaxGradOf<f64>(args, first, last);
}
export function maxPoolNumbers(args: PoolArgs, first: i32, last: i32): void {
  maxPoolNumbersOf(args, first, last);
}
export function maxPool_f32(args: PoolArgs, first: i32, last: i32): void {
  maxPoolOf<f32>(args, first, last);
}
export function maxPool_f64(args: PoolArgs, first: i32, last: i32): void {
  maxPoolOf<f64>(args, first, last);
}
export function maxPoolGrad_f32(args: PoolArgs, first: i32, last: i32): void {
  maxPoolGradOf<f32>(args, first, last);
}
export function maxPoolGrad_f64(args: PoolArgs, first: i32, last: i32): void {
  maxPoolGradOf<f64>(args, first, last);
}
export function averagePool_f32(args: PoolArgs, first: i32, last: i32): void {
  averagePoolOf<f32>(args, first, last);
}
export function averagePool_f64(args: PoolArgs, first: i32, last: i32): void {
  averagePoolOf<f64>(args, first, last);
}
export function averagePoolGrad_f32(args: PoolArgs, first: i32, last: i32): void {
  averagePoolGradOf<f32>(args, first, last);
}
export function averagePoolGrad_f64(args: PoolArgs, first: i32, last: i32): void {
  averagePoolGradOf<f64>(args, first, last);
}
export function maxPoolPlanes_f32(args: PoolArgs, first: i32, last: i32): void {
  maxPoolPlanesOf<f32>(args, first, last);
}
export function maxPoolPlanes_f64(args: PoolArgs, first: i32, last: i32): void {
  maxPoolPlanesOf<f64>(args, first, last);
}
export function maxPoolPlanesGrad_f32(args: PoolArgs, first: i32, last: i32): void {
  maxPoolPlanesGradOf<f32>(args, first, last);
}
export function maxPoolPlanesGrad_f64(args: PoolArgs, first: i32, last: i32): void {
  maxPoolPlanesGradOf<f64>(args, first, last);
}
export function averagePoolPlanes_f32(args: PoolArgs, first: i32, last: i32): void {
  averagePoolPlanesOf<f32>(args, first, last);
}
export function averagePoolPlanes_f64(args: PoolArgs, first: i32, last: i32): void {
  averagePoolPlanesOf<f64>(args, first, last);
}
export function averagePoolPlanesGrad_f32(args: PoolArgs, first: i32, last: i32): void {
  averagePoolPlanesGradOf<f32>(args, first, last);
}
export function averagePoolPlanesGrad_f64(args: PoolArgs, first: i32, last: i32): void {
  averagePoolPlanesGradOf<f64>(args, first, last);
}
export function softmaxCrossEntropy_f32(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  softmaxCrossEntropyOf<f32>(args, first, last);
}
export function softmaxCrossEntropy_f64(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  softmaxCrossEntropyOf<f64>(args, first, last);
}
export function softmaxCrossEntropyGrad_f32(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  softmaxCrossEntropyGradOf<f32>(args, first, last);
}
export function softmaxCrossEntropyGrad_f64(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  softmaxCrossEntropyGradOf<f64>(args, first, last);
}
export function elementLoss_f32(args: ElementLossArgs, first: i32, last: i32): void {
  elementLossOf<f32>(args, first, last);
}
export function elementLoss_f64(args: ElementLossArgs, first: i32, last: i32): void {
  elementLossOf<f64>(args, first, last);
}
export function elementLossGrad_f32(args: ElementLossArgs, first: i32, last: i32): void {
  elementLossGradOf<f32>(args, first, last);
}
export function elementLossGrad_f64(args: ElementLossArgs, first: i32, last: i32): void {
  elementLossGradOf<f64>(args, first, last);
}
export function sgd_f32(args: SgdArgs, first: i32, last: i32): void {
  sgdOf<f32>(args, first, last);
}
export function sgd_f64(args: SgdArgs, first: i32, last: i32): void {
  sgdOf<f64>(args, first, last);
}
export function adam_f32(args: AdamArgs, first: i32, last: i32): void {
  adamOf<f32>(args, first, last);
}
export function adam_f64(args: AdamArgs, first: i32, last: i32): void {
  adamOf<f64>(args, first, last);
}
export function table(args: TableArgs, first: i32, last: i32): void {
  tableOf(args, first, last);
}
export function stridedCopy(args: StridedCopyArgs, first: i32, last: i32): void {
  stridedCopyOf(args, first, last);
}
export function gather(args: GatherArgs, first: i32, last: i32): void {
  gatherOf(args, first, last);
}
export function reduce(args: ReduceArgs, first: i32, last: i32): void {
  reduceOf(args, first, last);
}
export function scan(args: ScanArgs, first: i32, last: i32): void {
  scanOf(args, first, last);
}
export function resize(args: ResizeArgs, first: i32, last: i32): void {
  resizeOf(args, first, last);
}
export function resizeGrad(args: ResizeArgs, first: i32, last: i32): void {
  resizeGradOf(args, first, last);
}
export function meanLoss(args: MeanLossArgs, first: i32, last: i32): void {
  meanLossOf(args, first, last);
}
export function winogradInput_f32(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradInputOf<f32>(args, first, last);
}
export function winogradInput_f64(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradInputOf<f64>(args, first, last);
}
export function winogradOutput_f32(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradOutputOf<f32>(args, first, last);
}
export function winogradOutput_f64(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradOutputOf<f64>(args, first, last);
}
export function winogradOutputGrad_f32(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradOutputGradOf<f32>(args, first, last);
}
export function winogradOutputGrad_f64(args: WinogradDataArgs, first: i32, last: i32): void {
  winogradOutputGradOf<f64>(args, first, last);
}
export function winogradFilter_f32(args: WinogradFilterArgs, first: i32, last: i32): void {
  winogradFilterOf<f32>(args, first, last);
}
export function winogradFilter_f64(args: WinogradFilterArgs, first: i32, last: i32): void {
  winogradFilterOf<f64>(args, first, last);
}
export function winogradFilterGrad_f32(args: WinogradFilterArgs, first: i32, last: i32): void {
  winogradFilterGradOf<f32>(args, first, last);
}
export function winogradFilterGrad_f64(args: WinogradFilterArgs, first: i32, last: i32): void {
  winogradFilterGradOf<f64>(args, first, last);
}
export function add_f32(args: AddArgs, first: i32, last: i32): void {
  addOf<f32>(args, first, last);
}
export function add_f64(args: AddArgs, first: i32, last: i32): void {
  addOf<f64>(args, first, last);
}
export function binary(args: BinaryArgs, first: i32, last: i32): void {
  binaryOf(args, first, last);
}
export function select(args: SelectArgs, first: i32, last: i32): void {
  selectOf(args, first, last);
}
export function unary(args: UnaryArgs, first: i32, last: i32): void {
  unaryOf(args, first, last);
}
export function dropout_f32(args: DropoutArgs, first: i32, last: i32): void {
  dropoutOf<f32>(args, first, last);
}
export function dropout_f64(args: DropoutArgs, first: i32, last: i32): void {
  dropoutOf<f64>(args, first, last);
}
export function batchNormPartials_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormPartialsOf<f32>(args, first, last);
}
export function batchNormPartials_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormPartialsOf<f64>(args, first, last);
}
export function batchNormStatistics_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormStatisticsOf<f32>(args, first, last);
}
export function batchNormStatistics_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormStatisticsOf<f64>(args, first, last);
}
export function batchNormCoefficients_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormCoefficientsOf<f32>(args, first, last);
}
export function batchNormCoefficients_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormCoefficientsOf<f64>(args, first, last);
}
export function scaleShift_f32(args: BatchNormArgs, first: i32, last: i32): void {
  scaleShiftOf<f32>(args, first, last);
}
export function scaleShift_f64(args: BatchNormArgs, first: i32, last: i32): void {
  scaleShiftOf<f64>(args, first, last);
}
export function batchNormGradPartials_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradPartialsOf<f32>(args, first, last);
}
export function batchNormGradPartials_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradPartialsOf<f64>(args, first, last);
}
export function batchNormGradCoefficients_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradCoefficientsOf<f32>(args, first, last);
}
export function batchNormGradCoefficients_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradCoefficientsOf<f64>(args, first, last);
}
export function batchNormGrad_f32(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradOf<f32>(args, first, last);
}
export function batchNormGrad_f64(args: BatchNormArgs, first: i32, last: i32): void {
  batchNormGradOf<f64>(args, first, last);
}
export function spread_f32(args: SpreadArgs, first: i32, last: i32): void {
  spreadOf<f32>(args, first, last);
}
export function spread_f64(args: SpreadArgs, first: i32, last: i32): void {
  spreadOf<f64>(args, first, last);
}
