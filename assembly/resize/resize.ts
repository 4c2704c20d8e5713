/**
 * Images of [rows, columns, channels] without gaps made larger or smaller, and the gradient of that. Where a row of the resized images
 * comes from stands in a table of (first, second, share): it is first + (second - first) * share; so do columns. For those of one
 * neighbour `share` is 0 and first is taken as it is. A `first` of -1 lies outside: its elements become `fill`, and its `second`
 * is the largest i32.
 */
@unmanaged
export class ResizeArgs {
  /** The images; of the gradient, what is written. */
  source: usize;
  /** The resized images; of the gradient, what is read. */
  target: usize;
  /** ResizeEntry for each row and each column of the resized images. */
  rowTable: usize;
  columnTable: usize;
  images: i32;
  /** Of the images. */
  height: i32;
  width: i32;
  /** Of the resized images. */
  outHeight: i32;
  outWidth: i32;
  channels: i32;
  /** 1: two neighbours, 0: one. */
  bilinear: i32;
  fill: f64;
}

@unmanaged
class ResizeEntry {
  first: i32;
  second: i32;
  share: f32;

  @inline
  static at(table: usize, i: i32): ResizeEntry {
    return changetype<ResizeEntry>(table + <usize>i * offsetof<ResizeEntry>());
  }

  /** from + (to - from) * share */
  @inline
  static along(from: v128, to: v128, share: v128): v128 {
    return f32x4.add(from, f32x4.mul(f32x4.sub(to, from), share));
  }
}

/** One block of work: a row of a resized image. */
export function resize(args: ResizeArgs, first: i32, last: i32): void {
  const channels = args.channels;
  const pixelBytes = (<usize>channels) << 2;
  const rowBytes = <usize>args.width * pixelBytes;
  for (let block = first; block < last; ++block) {
    const row = ResizeEntry.at(args.rowTable, block % args.outHeight);
    const image = args.source + <usize>(block / args.outHeight) * args.height * rowBytes;
    const target = args.target + <usize>block * args.outWidth * pixelBytes;
    if (row.first < 0) fillPixel(target, <f32>args.fill, args.outWidth * channels);
    else if (args.bilinear)
      blendRow(args, image + <usize>row.first * rowBytes, image + <usize>row.second * rowBytes, target, row.share);
    else copyRow(args, image + <usize>row.first * rowBytes, target);
  }
}

function copyRow(args: ResizeArgs, source: usize, target: usize): void {
  const channels = args.channels;
  const pixelBytes = (<usize>channels) << 2;
  for (let x = 0; x < args.outWidth; ++x) {
    const column = ResizeEntry.at(args.columnTable, x);
    if (column.first < 0) fillPixel(target, <f32>args.fill, channels);
    else copyPixel(source + <usize>column.first * pixelBytes, target, channels);
    target += pixelBytes;
  }
}

/** Four neighbours by their shares: along the rows first. */
function blendRow(args: ResizeArgs, top: usize, bottom: usize, target: usize, share: f32): void {
  const channels = args.channels;
  const pixelBytes = (<usize>channels) << 2;
  const wideBytes = (pixelBytes + 15) & ~15;
  const end = target + <usize>args.outWidth * pixelBytes;
  // Pixels up to this one, and targets up to that: whole vectors read what is of the same row, and what they write too far is written
  // next.
  const lastWide = args.width - <i32>((wideBytes + pixelBytes - 1) / pixelBytes);
  const endWide = end - wideBytes;
  const down = f32x4.splat(share);
  for (let table = args.columnTable; target < end; table += offsetof<ResizeEntry>()) {
    const column = changetype<ResizeEntry>(table);
    const left = <usize>column.first * pixelBytes;
    const right = <usize>column.second * pixelBytes;
    if (column.second <= lastWide && target <= endWide) {
      const along = v128.load32_splat(changetype<usize>(column), offsetof<ResizeEntry>('share'));
      let a = top + left;
      let b = top + right;
      let c = bottom + left;
      let d = bottom + right;
      for (let to = target; ; to += 16) {
        const above = ResizeEntry.along(v128.load(a), v128.load(b), along);
        const below = ResizeEntry.along(v128.load(c), v128.load(d), along);
        v128.store(to, ResizeEntry.along(above, below, down));
        if (to + 16 >= target + pixelBytes) break;
        a += 16;
        b += 16;
        c += 16;
        d += 16;
      }
    } else if (column.first < 0) fillPixel(target, <f32>args.fill, channels);
    else {
      for (let at: usize = 0; at < pixelBytes; at += 4) {
        const a = load<f32>(top + left + at);
        const b = load<f32>(bottom + left + at);
        const above = a + (load<f32>(top + right + at) - a) * column.share;
        const below = b + (load<f32>(bottom + right + at) - b) * column.share;
        store<f32>(target + at, above + (below - above) * share);
      }
    }
    target += pixelBytes;
  }
}

/** One block of work: an image. */
export function resizeGrad(args: ResizeArgs, first: i32, last: i32): void {
  const channels = args.channels;
  const pixelBytes = (<usize>channels) << 2;
  const rowBytes = <usize>args.width * pixelBytes;
  const imageBytes = <usize>args.height * rowBytes;
  let target = args.target + <usize>first * args.outHeight * args.outWidth * pixelBytes;
  for (let block = first; block < last; ++block) {
    const image = args.source + <usize>block * imageBytes;
    memory.fill(image, 0, imageBytes);
    for (let y = 0; y < args.outHeight; ++y) {
      const row = ResizeEntry.at(args.rowTable, y);
      const top = image + <usize>row.first * rowBytes;
      const bottom = image + <usize>row.second * rowBytes;
      for (let x = 0; x < args.outWidth; ++x) {
        const column = ResizeEntry.at(args.columnTable, x);
        const left = <usize>column.first * pixelBytes;
        if (args.bilinear) {
          const right = <usize>column.second * pixelBytes;
          const share = <f32>1 - column.share;
          addPixel(target, top + left, channels, (<f32>1 - row.share) * share);
          addPixel(target, top + right, channels, (<f32>1 - row.share) * column.share);
          addPixel(target, bottom + left, channels, row.share * share);
          addPixel(target, bottom + right, channels, row.share * column.share);
        } else addPixel(target, top + left, channels, 1);
        target += pixelBytes;
      }
    }
  }
}

function fillPixel(target: usize, value: f32, channels: i32): void {
  for (let c = channels; c > 0; --c) {
    store<f32>(target, value);
    target += 4;
  }
}

function copyPixel(source: usize, target: usize, channels: i32): void {
  let c = channels;
  for (; c >= 4; c -= 4) {
    v128.store(target, v128.load(source));
    source += 16;
    target += 16;
  }
  for (; c > 0; --c) {
    store<u32>(target, load<u32>(source));
    source += 4;
    target += 4;
  }
}

/** target += source * factor. */
function addPixel(source: usize, target: usize, channels: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  let c = channels;
  for (; c >= 4; c -= 4) {
    v128.store(target, f32x4.add(v128.load(target), f32x4.mul(v128.load(source), factors)));
    source += 16;
    target += 16;
  }
  for (; c > 0; --c) {
    store<f32>(target, load<f32>(target) + load<f32>(source) * factor);
    source += 4;
    target += 4;
  }
}
