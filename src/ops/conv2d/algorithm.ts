import { ArgumentError } from '../../errors.ts';
import type { MemoryFormat } from '../../tensor/format.ts';
import { costs } from './cost/cost.ts';
import { type ConvGeometry, is3x3, isDepthwise } from './geometry.ts';

/**
 * How a convolution is computed. 'direct' and 'planar' sum all products: 'direct' with vectors of channels of one pixel (channels-last),
 * 'planar' with vectors of pixels of one channel, which suits few channels and depthwise convolutions (one group, or depthwise;
 * a depthwise filter gradient is 'direct' all the same where dy is channels-last or narrower than a vector).
 * 'winograd2' and 'winograd4' are Winograd's F(2x2, 3x3) and F(4x4, 3x3) (3x3 filters, stride 1, one group). 'auto' is the fastest
 * of those that fit.
 */
export type Algorithm = 'auto' | 'direct' | 'planar' | 'winograd2' | 'winograd4';

export type ChosenAlgorithm = Exclude<Algorithm, 'auto'>;

/** Those that read the filters in another form than OIHW, which can be kept. */
export type PreparedAlgorithm = Exclude<ChosenAlgorithm, 'planar'>;

export type WinogradAlgorithm = 'winograd2' | 'winograd4';

export type Pass = 'forward' | 'inputGrad' | 'filterGrad';

export interface Choice {
  readonly wanted?: Algorithm | undefined;
  /** Whether Winograd may be used at all: `init({ winograd })`. */
  readonly winograd: boolean;
  /** Whether the filters are kept in the form that the pass reads. Default false. */
  readonly prepared?: boolean;
  /** Whether the images that the pass reads are channels-last. */
  readonly channelsLast: boolean;
}

const ALL: readonly ChosenAlgorithm[] = ['direct', 'planar', 'winograd2', 'winograd4'];

function isWinograd(algorithm: ChosenAlgorithm): algorithm is WinogradAlgorithm {
  return algorithm === 'winograd2' || algorithm === 'winograd4';
}

/** @throws ArgumentError */
export function checkAlgorithm(algorithm: unknown): asserts algorithm is Algorithm {
  if (algorithm !== 'auto' && !ALL.includes(algorithm as ChosenAlgorithm)) {
    throw new ArgumentError('algorithm', algorithm, `'auto', ${ALL.map(name => `'${name}'`).join(', ')}`);
  }
}

/** The memory format that a pass leaves its images in. */
export function resultFormat(algorithm: ChosenAlgorithm): MemoryFormat {
  return algorithm === 'planar' ? 'contiguous' : 'channelsLast';
}

/** @throws ArgumentError for an algorithm that is not there for the geometry */
export function chooseAlgorithm(g: ConvGeometry, pass: Pass, choice: Choice): ChosenAlgorithm {
  const { wanted = 'auto', winograd } = choice;
  checkAlgorithm(wanted);
  if (wanted === 'auto') return fastest(g, pass, choice);
  if (isWinograd(wanted) && !winograd) {
    throw new ArgumentError(
      'algorithm',
      wanted,
      "'auto', 'direct' or 'planar', since init({ winograd: false }) was called",
    );
  }
  if (fits(wanted, g, pass)) return wanted;
  const needs = isWinograd(wanted)
    ? 'Winograd is for 3x3 filters, stride 1, dilation 1, one group'
    : 'planar is for one group and for depthwise convolutions';
  throw new ArgumentError('algorithm', wanted, `'auto' or 'direct' (${needs})`);
}

/** Multiplications below which choosing takes longer than computing: a quarter of a microsecond. */
const TINY = 64;

function multiplications({ outputShape, groupIn, y, x }: ConvGeometry): number {
  return outputShape[0] * outputShape[1] * outputShape[2] * outputShape[3] * groupIn * y.kernel * x.kernel;
}

function fastest(g: ConvGeometry, pass: Pass, { winograd, prepared = false, channelsLast }: Choice): ChosenAlgorithm {
  if (multiplications(g) < TINY) return 'direct';
  const cost = costs(pass, g, { prepared, channelsLast });
  let best: ChosenAlgorithm = 'direct';
  let least = Number.POSITIVE_INFINITY;
  for (const algorithm of ALL) {
    if (!fits(algorithm, g, pass) || (isWinograd(algorithm) && !winograd)) continue;
    const cycles = cost(algorithm);
    if (cycles < least) [best, least] = [algorithm, cycles];
  }
  return best;
}

function fits(algorithm: ChosenAlgorithm, g: ConvGeometry, pass: Pass): boolean {
  if (algorithm === 'direct') return true;
  if (algorithm === 'planar') return g.groups === 1 || isDepthwise(g);
  const { y, x } = g;
  // The input gradient pads dy by 2 - padding.
  return g.groups === 1 && is3x3(g, 1) && (pass !== 'inputGrad' || Math.max(y.before, y.after, x.before, x.after) <= 2);
}
