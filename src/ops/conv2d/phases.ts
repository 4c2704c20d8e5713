import type { WindowAxis } from '../window.ts';
import type { Frame } from './frame.ts';

/** The inputs of one remainder by the stride, along one dimension. */
export interface Phase {
  /** The first such input, and how many there are, a stride apart. */
  readonly first: number;
  readonly count: number;
  /** How many taps reach them; may be 0 (a stride larger than the kernel). */
  readonly taps: number;
  /** The taps in the order in which they walk forward through dy: firstTap, firstTap + tapStep (negative), ... */
  readonly firstTap: number;
  readonly tapStep: number;
  /** Where in the frame of dy the first tap of the first input reads, and how far on the next tap does. */
  readonly source: number;
  readonly sourceStep: number;
}

/** One dimension of a strided input gradient: its phases, and the frame around dy that holds all they read. */
export interface Polyphase {
  readonly phases: readonly Phase[];
  /** Zeros before dy. */
  readonly before: number;
  /** Size of dy with its zeros. */
  readonly frame: number;
}

/**
 * Input i takes from output o = (i + before - tap * dilation) / stride wherever that is a whole number, that is for the taps with
 * tap * dilation = i + before (mod stride). Along the inputs of one remainder o grows by 1, along the taps it falls by
 * dilation / gcd(stride, dilation).
 */
export function polyphase(axis: WindowAxis): Polyphase {
  const { size, kernel, stride, dilation, before: padding } = axis;
  const tapStep = stride / gcd(stride, dilation);
  const raw = [];
  for (let remainder = 0; remainder < stride; remainder++) {
    const first = (((remainder - padding) % stride) + stride) % stride;
    const count = Math.ceil((size - first) / stride);
    if (count <= 0) continue;
    const reaching = [];
    for (let tap = 0; tap < kernel; tap++) if ((tap * dilation) % stride === remainder) reaching.push(tap);
    const firstTap = reaching.at(-1) ?? 0;
    const source = (first + padding - firstTap * dilation) / stride;
    raw.push({ first, count, taps: reaching.length, firstTap, source });
  }
  const sourceStep = (tapStep * dilation) / stride;
  const read = raw.filter(phase => phase.taps > 0);
  const lowest = Math.min(0, ...read.map(phase => phase.source));
  const highest = Math.max(0, ...read.map(phase => phase.source + (phase.taps - 1) * sourceStep + phase.count - 1));
  const before = -lowest;
  return {
    phases: raw.map(phase => ({
      ...phase,
      tapStep: -tapStep,
      source: phase.taps > 0 ? phase.source + before : 0,
      sourceStep,
    })),
    before,
    frame: before + highest + 1,
  };
}

/** The frame around dy that both dimensions read. */
export function polyphaseFrame(rows: Polyphase, columns: Polyphase): Frame {
  return { top: rows.before, left: columns.before, height: rows.frame, width: columns.frame };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
