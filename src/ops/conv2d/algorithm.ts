import { ArgumentError } from '../../errors.ts';
import { cost } from './cost.ts';
import type { ConvGeometry } from './geometry.ts';

/**
 * How a convolution is computed: 'direct' sums all products, 'winograd2' and 'winograd4' are Winograd's F(2x2, 3x3) and F(4x4, 3x3)
 * (3x3 filters, stride 1), 'auto' is the fastest of those that fit.
 */
export type Algorithm = 'auto' | 'direct' | 'winograd2' | 'winograd4';

export type ChosenAlgorithm = Exclude<Algorithm, 'auto'>;

export type Pass = 'forward' | 'inputGrad' | 'filterGrad';

export interface Choice {
  readonly wanted?: Algorithm | undefined;
  /** Whether Winograd may be used at all: `init({ winograd })`. */
  readonly winograd: boolean;
  /** Whether the filters are kept in the form that the pass reads. Default false. */
  readonly prepared?: boolean;
}

const ALL: readonly ChosenAlgorithm[] = ['direct', 'winograd2', 'winograd4'];

/** @throws ArgumentError */
export function checkAlgorithm(algorithm: unknown): asserts algorithm is Algorithm {
  if (algorithm !== 'auto' && !ALL.includes(algorithm as ChosenAlgorithm)) {
    throw new ArgumentError('algorithm', algorithm, `'auto', ${ALL.map(name => `'${name}'`).join(', ')}`);
  }
}

/** @throws ArgumentError for an algorithm that is not there for the geometry */
export function chooseAlgorithm(g: ConvGeometry, pass: Pass, choice: Choice): ChosenAlgorithm {
  const { wanted = 'auto', winograd, prepared = false } = choice;
  checkAlgorithm(wanted);
  if (wanted === 'direct') return wanted;
  if (wanted !== 'auto') {
    if (!winograd)
      throw new ArgumentError('algorithm', wanted, "'auto' or 'direct', since init({ winograd: false }) was called");
    if (fitsWinograd(g, pass)) return wanted;
    throw new ArgumentError(
      'algorithm',
      wanted,
      "'auto' or 'direct' (Winograd is for 3x3 filters, stride 1, dilation 1, one group)",
    );
  }
  if (!winograd || !fitsWinograd(g, pass)) return 'direct';
  const costs = ALL.map(algorithm => cost(algorithm, pass, g, prepared));
  return ALL[costs.indexOf(Math.min(...costs))] as ChosenAlgorithm;
}

function fitsWinograd({ y, x, groups }: ConvGeometry, pass: Pass): boolean {
  const fits = groups === 1 && [y, x].every(axis => axis.kernel === 3 && axis.stride === 1 && axis.dilation === 1);
  // The input gradient pads dy by 2 - padding.
  return fits && (pass !== 'inputGrad' || Math.max(y.before, y.after, x.before, x.after) <= 2);
}
