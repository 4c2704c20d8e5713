/**
 * The last pass of the filter gradient: from the product's rows to OIHW, times `scale`.
 *
 *     target[group * columns + n][c][tap] = scale * source[group][tap][c][n]
 *
 * Source: groups x taps x channels rows of `pitch` >= columns elements. Target is contiguous.
 */
@unmanaged
export class UnpackFilterArgs {
  source: usize;
  target: usize;
  groups: i32;
  /** Output channels of a group. */
  columns: i32;
  /** Input channels of a group. */
  channels: i32;
  /** kernel height x kernel width. */
  taps: i32;
  pitch: i32;
  scale: f64;
}

/** One block of work: one output channel. */
export function unpackFilter<T>(args: UnpackFilterArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const scale = <T>args.scale;
  const rowBytes = (<usize>args.pitch) << shift;
  const tapBytes = <usize>args.channels * rowBytes;
  const filterBytes = (<usize>(args.channels * args.taps)) << shift;
  for (let block = first; block < last; ++block) {
    const group = block / args.columns;
    const column = block % args.columns;
    let target = args.target + <usize>block * filterBytes;
    let channelSource = args.source + <usize>(group * args.taps) * tapBytes + ((<usize>column) << shift);
    for (let channel = args.channels; channel > 0; --channel) {
      let source = channelSource;
      for (let tap = args.taps; tap > 0; --tap) {
        store<T>(target, <T>(scale * load<T>(source)));
        source += tapBytes;
        target += sizeof<T>();
      }
      channelSource += rowBytes;
    }
  }
}
