import type { ChosenAlgorithm, Pass } from '../algorithm.ts';
import { type ConvGeometry, isDepthwise } from '../geometry.ts';
import { depthwisePlanarCost, diagonalCost } from './depthwise.ts';
import { directCost } from './direct.ts';
import { planarCost } from './planar.ts';
import { winogradCost } from './winograd.ts';
import { type Work, workOf } from './work.ts';

/** What of the operands costs. */
interface Memory {
  /** The filters are packed or transformed already. */
  readonly prepared: boolean;
  /** The images that are read are channels-last. */
  readonly channelsLast: boolean;
}

/**
 * What a pass of a convolution with one group, or of a depthwise one, costs by an algorithm, in cycles of one core: enough to choose
 * between them, no more. The figures are measured (Node 24, relaxed SIMD, best of many; one Zen 5 core at 4 GHz); their ratios are
 * what matters, and hold within some 20 % in the plain binary. `npm run bench:algorithms` judges them.
 *
 * Those who come with images in one memory format are taken to want the result in it.
 */
export function costs(pass: Pass, g: ConvGeometry, memory: Memory): (algorithm: ChosenAlgorithm) => number {
  const work = workOf(pass, g);
  return algorithm =>
    conversionCost(algorithm, work, pass, g, memory) + algorithmCost(algorithm, work, pass, g, memory.prepared);
}

function algorithmCost(algorithm: ChosenAlgorithm, work: Work, pass: Pass, g: ConvGeometry, prepared: boolean): number {
  if (isDepthwise(g)) return algorithm === 'planar' ? depthwisePlanarCost(work, pass, g) : diagonalCost(work, pass, g);
  if (algorithm === 'direct') return directCost(work, pass, g, prepared);
  if (algorithm === 'planar') return planarCost(work, pass, g);
  return winogradCost(algorithm, work, pass, g, prepared);
}

/** An element that is copied in its memory format; to the other one; to channels-last with less than a vector of channels. */
const COPY = 0.35;
const CONVERT = 1.1;
const CONVERT_FEW = 3;

/** The copy of images into frames (planes have their own figure), and the result's conversion to the format of the images. */
function conversionCost(
  algorithm: ChosenAlgorithm,
  { columns, height, width }: Work,
  pass: Pass,
  { batch, inChannels, outChannels, y, x }: ConvGeometry,
  { channelsLast }: Memory,
): number {
  const planar = algorithm === 'planar';
  const convert = (channels: number) => (channels === 1 ? COPY : channels < 4 ? CONVERT_FEW : CONVERT);
  const read = (channels: number) => (channelsLast === planar ? convert(channels) : planar ? 0 : COPY);
  const input = batch * inChannels * y.size * x.size * read(inChannels);
  const output = batch * outChannels * y.out * x.out * read(outChannels);
  if (pass === 'filterGrad') return input + output;
  const result = channelsLast === planar && columns > 1 ? CONVERT * batch * columns * height * width : 0;
  return (pass === 'forward' ? input : output) + result;
}
