/** One convolution: images and kernels are square. */
export interface ConvShape {
  readonly name: string;
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Height and width of an image. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** Layers of ResNet-50, MobileNet V2, and small networks with batches of 32. */
export const SHAPES: readonly ConvShape[] = [
  shape(3, 64, 7, 224, { stride: 2 }),
  shape(64, 64, 3, 56),
  shape(64, 64, 1, 56),
  shape(128, 128, 3, 28),
  shape(256, 256, 3, 14),
  shape(512, 512, 3, 7),
  shape(512, 512, 3, 7, { batch: 8 }),
  shape(256, 128, 1, 56),
  shape(128, 128, 3, 56, { stride: 2 }),
  shape(1024, 256, 1, 14),
  shape(3, 32, 3, 224, { stride: 2 }),
  depthwise(32, 3, 112),
  depthwise(144, 3, 56, { stride: 2 }),
  depthwise(384, 3, 14),
  shape(96, 576, 1, 14),
  shape(320, 1280, 1, 7),
  shape(1, 8, 3, 28, { batch: 32 }),
  shape(8, 16, 3, 14, { batch: 32 }),
  shape(32, 64, 3, 16, { batch: 32 }),
  shape(1, 6, 5, 28, { batch: 32 }),
];

/** From a single result to some 0.2 ms: where threads could cost more than they bring. */
export const SMALL_SHAPES: readonly ConvShape[] = [
  shape(1, 1, 3, 3),
  shape(4, 4, 3, 8),
  shape(8, 8, 3, 8),
  shape(8, 8, 1, 16),
  shape(8, 16, 3, 14),
  shape(16, 16, 3, 16),
  shape(16, 16, 3, 28),
  shape(32, 32, 1, 28),
  shape(32, 32, 3, 14),
  shape(32, 32, 3, 28),
  shape(64, 64, 3, 14),
  shape(64, 64, 3, 28),
  shape(64, 128, 3, 28, { stride: 2 }),
  depthwise(8, 3, 14),
  depthwise(32, 3, 28),
  depthwise(64, 3, 56),
];

/** The shape of the project's first target, forward: this share of the ceiling. */
export const TARGET = { shape: '64->64 3x3 @56', share: 0.6 };

interface Rest {
  readonly batch?: number;
  readonly stride?: number;
}

function shape(inChannels: number, outChannels: number, kernel: number, size: number, rest: Rest = {}): ConvShape {
  return make(`${inChannels}->${outChannels}`, { inChannels, outChannels, groups: 1 }, kernel, size, rest);
}

function depthwise(channels: number, kernel: number, size: number, rest: Rest = {}): ConvShape {
  const all = { inChannels: channels, outChannels: channels, groups: channels };
  return make(`depthwise ${channels}`, all, kernel, size, rest);
}

function make(
  channelsName: string,
  channels: Pick<ConvShape, 'inChannels' | 'outChannels' | 'groups'>,
  kernel: number,
  size: number,
  { batch = 1, stride = 1 }: Rest,
): ConvShape {
  const parts = [batch > 1 && `b${batch}`, channelsName, `${kernel}x${kernel}`, stride > 1 && `s${stride}`, `@${size}`];
  const name = parts.filter(Boolean).join(' ');
  return { name, batch, ...channels, size, kernel, stride, padding: Math.floor(kernel / 2) };
}

/** Height and width of the output. */
export function outSize({ size, kernel, stride, padding }: ConvShape): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** Floating-point operations of the direct algorithm, forward or one gradient: 2 for each product, the padding's too. */
export function flopsOf(s: ConvShape): number {
  return (2 * s.batch * s.outChannels * s.inChannels * (s.kernel * outSize(s)) ** 2) / s.groups;
}

export const inputShape = (s: ConvShape): readonly number[] => [s.batch, s.inChannels, s.size, s.size];

export const filterShape = (s: ConvShape): readonly number[] => [
  s.outChannels,
  s.inChannels / s.groups,
  s.kernel,
  s.kernel,
];

export const outputShape = (s: ConvShape): readonly number[] => [s.batch, s.outChannels, outSize(s), outSize(s)];
