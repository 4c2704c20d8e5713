import { ArgumentError, ShapeError } from '../../errors.ts';
import { checkRank4, type Shape4 } from '../../tensor/shape.ts';
import { type Padding, type Pair, type WindowAxis, windowAxes } from '../window.ts';
import type { Algorithm } from './algorithm.ts';

export interface Conv2DOptions {
  /** Step of the window. Default 1. */
  stride?: Pair | undefined;
  /** Zeros around the input. Default 0. */
  padding?: Padding | undefined;
  /** Distance of neighbouring taps. Default 1. */
  dilation?: Pair | undefined;
  /** Groups of channels that do not see each other; groups = channels is depthwise. Default 1. */
  groups?: number | undefined;
  /** How it is computed. Default 'auto'. */
  algorithm?: Algorithm | undefined;
}

/** All sizes of a convolution, checked. */
export interface ConvGeometry {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly groupIn: number;
  readonly groupOut: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
  readonly inputShape: Shape4;
  readonly filterShape: Shape4;
  readonly outputShape: Shape4;
}

/**
 * Sizes of the convolution of an input of `inputShape` [batch, in, height, width] with filters of `filterShape`
 * [out, in / groups, kernel height, kernel width].
 *
 * @param names what the caller calls the two, for its errors
 * @throws ShapeError, ArgumentError
 */
export function convGeometry(
  inputShape: unknown,
  filterShape: unknown,
  options: Conv2DOptions,
  names: { input: string; filters: string } = { input: 'x', filters: 'w' },
): ConvGeometry {
  checkRank4(names.input, inputShape, '[batch, channels, height, width]');
  checkRank4(names.filters, filterShape, '[out channels, in channels / groups, kernel height, kernel width]');
  const groups = options.groups ?? 1;
  // By index, not by destructuring: this is on the path of every call.
  const batch = inputShape[0];
  const inChannels = inputShape[1];
  const outChannels = filterShape[0];
  const groupIn = filterShape[1];
  checkGroups(groups, inChannels, outChannels);
  if (groupIn * groups !== inChannels) {
    throw new ShapeError(
      names.input,
      inputShape,
      `${groupIn * groups} channels (${groupIn} of the filters x ${groups} groups)`,
    );
  }
  const [y, x] = windowAxes([inputShape[2], inputShape[3]], [filterShape[2], filterShape[3]], options);
  return {
    batch,
    inChannels,
    outChannels,
    groups,
    groupIn,
    groupOut: outChannels / groups,
    y,
    x,
    inputShape,
    filterShape,
    outputShape: [batch, outChannels, y.out, x.out],
  };
}

/** How the groups of a convolution stand in its products. */
export interface ProductGroups {
  readonly groups: number;
  /** Channels of one of them. */
  readonly groupIn: number;
  readonly groupOut: number;
  /** Depthwise: all channels in one product, of which every column has an A of its own (`diagonal`). */
  readonly diagonal: boolean;
}

/** Whether the filters are 3 x 3 neighbours, with this stride both ways. */
export function is3x3({ y, x }: ConvGeometry, stride: number): boolean {
  return [y, x].every(axis => axis.kernel === 3 && axis.dilation === 1 && axis.stride === stride);
}

/** Whether every channel has one filter of its own. */
export function isDepthwise({ groups, groupIn, groupOut }: ConvGeometry): boolean {
  return groups > 1 && groupIn === 1 && groupOut === 1;
}

/** One product for each group, or one for all channels of a depthwise convolution. */
export function productGroups(g: ConvGeometry): ProductGroups {
  const { groups, groupIn, groupOut, inChannels, outChannels } = g;
  const diagonal = isDepthwise(g);
  return diagonal
    ? { groups: 1, groupIn: inChannels, groupOut: outChannels, diagonal }
    : { groups, groupIn, groupOut, diagonal };
}

/** @throws ArgumentError unless `groups` divides both numbers of channels. */
export function checkGroups(groups: number, inChannels: number, outChannels: number): void {
  if (!(Number.isSafeInteger(groups) && groups >= 1 && inChannels % groups === 0 && outChannels % groups === 0)) {
    throw new ArgumentError('groups', groups, `a whole number that divides ${inChannels} and ${outChannels} channels`);
  }
}
