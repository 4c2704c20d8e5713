import { MirrorPad, PadV2, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../tensor/shape.ts';
import type { MemoryDType } from '../../storage.ts';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, fillElements, type Place, readable, stridesOf } from './copy.ts';

/** How much there is before and behind. */
export type Padding = readonly [number, number];
type PadCall = KernelCall<{ x: TensorInfo }, { paddings: Padding[]; constantValue: number }>;
type MirrorCall = KernelCall<{ x: TensorInfo }, { paddings: Padding[]; mode: 'reflect' | 'symmetric' }>;

/** Elements up to which it is faster to fill the whole target, in one call. */
const SMALL = 8192;

/** A tensor in a larger one. */
export function padKernels(): readonly Kernel[] {
  return [
    { name: PadV2, run: pad },
    { name: MirrorPad, run: mirror },
  ];
}

/** A tensor with elements of one value around it; null where it is not covered. */
export function pad({ inputs: { x }, attrs: { paddings, constantValue }, backend }: PadCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype || paddings.some(([before, after]) => before < 0 || after < 0)) return null;
  const frame = new Frame(x.shape, paddings);
  const bytes = BYTES[dtype];
  const y = backend.output(frame.shape, dtype);
  const target = backend.address(y);
  const value = bitsOf(constantValue, dtype);
  const { strides } = frame;
  if (sizeOf(frame.shape) <= SMALL) fillElements(frame.shape, bytes, value, { address: target, strides });
  else {
    for (const [d, [before, after]] of paddings.entries()) {
      const end = before + (x.shape[d] as number);
      for (const [first, count] of [
        [0, before],
        [end, after],
      ] as const) {
        if (count > 0) fillElements(frame.border(d, count), bytes, value, frame.place(target, bytes, d, first));
      }
    }
  }
  const source = { address: backend.address(x), strides: stridesOf(x.shape) };
  copyElements(x.shape, bytes, source, frame.place(target, bytes, x.shape.length));
  return y;
}

function mirror({ inputs: { x }, attrs: { paddings, mode }, backend }: MirrorCall): TensorInfo | null {
  const dtype = readable(backend, x);
  const edge = mode === 'reflect' ? 1 : 0;
  const fits = paddings.every(([before, after], d) => {
    return Math.min(before, after) >= 0 && Math.max(before, after) <= (x.shape[d] as number) - edge;
  });
  if (!dtype || !fits) return null;
  const frame = new Frame(x.shape, paddings);
  const bytes = BYTES[dtype];
  const y = backend.output(frame.shape, dtype);
  const target = backend.address(y);
  const source = { address: backend.address(x), strides: stridesOf(x.shape) };
  copyElements(x.shape, bytes, source, frame.place(target, bytes, x.shape.length));
  // From the last dimension on, so that each mirrors what is whole in those behind it.
  for (let d = x.shape.length - 1; d >= 0; d--) {
    const [before, after] = paddings[d] as Padding;
    const end = before + (x.shape[d] as number);
    const backwards = frame.strides.map((stride, i) => (i === d ? -stride : stride));
    for (const [first, count, from] of [
      [0, before, 2 * before - 1 + edge],
      [end, after, end - 1 - edge],
    ] as const) {
      if (count === 0) continue;
      const { address } = frame.place(target, bytes, d, from);
      const mirrored = { address, strides: backwards };
      copyElements(frame.border(d, count), bytes, mirrored, frame.place(target, bytes, d, first));
    }
  }
  return y;
}

/** A tensor's place in a padded one. */
class Frame {
  readonly shape: number[];
  readonly strides: number[];
  readonly #inner: readonly number[];
  readonly #paddings: readonly Padding[];

  constructor(inner: readonly number[], paddings: readonly Padding[]) {
    this.shape = inner.map((size, d) => size + (paddings[d] as Padding)[0] + (paddings[d] as Padding)[1]);
    this.strides = stridesOf(this.shape);
    this.#inner = inner;
    this.#paddings = paddings;
  }

  /** Sizes of what is padded in dimension `d`: nothing of the padding before it, all of that behind. */
  border(d: number, count: number): number[] {
    return this.shape.map((size, i) => (i < d ? (this.#inner[i] as number) : i === d ? count : size));
  }

  /** Where index `at` of dimension `d` is, behind the padding of the dimensions before. */
  place(address: number, bytes: number, d: number, at = 0): Place {
    let start = d < this.shape.length ? at * (this.strides[d] as number) : 0;
    for (let i = 0; i < d; i++) start += (this.#paddings[i] as Padding)[0] * (this.strides[i] as number);
    return { address: address + start * bytes, strides: this.strides };
  }
}

/** A number's bits as an element, as typed arrays round it. */
function bitsOf(value: number, dtype: MemoryDType): number {
  return dtype === 'float32' ? (new Int32Array(Float32Array.of(value).buffer)[0] as number) : value | 0;
}
