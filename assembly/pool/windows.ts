import { PoolArgs } from './args';

/** Where windows lie. */
export abstract class Windows {
  /** Whether windows are 2 x 2, lie side by side and are whole, so that each pixel is in one of them or in none. */
  @inline
  static are2x2(args: PoolArgs): bool {
    const kernel = args.kernelHeight == 2 && args.kernelWidth == 2;
    const apart = args.strideHeight == 2 && args.strideWidth == 2 && args.top == 0 && args.left == 0;
    return kernel && apart && 2 * args.outHeight <= args.height && 2 * args.outWidth <= args.width;
  }

  /** The first row of output row oy's windows that is in the image. */
  @inline
  static firstRow(args: PoolArgs, oy: i32): i32 {
    return max<i32>(oy * args.strideHeight - args.top, 0);
  }

  /** The row after their last. */
  @inline
  static endRow(args: PoolArgs, oy: i32): i32 {
    return min<i32>(oy * args.strideHeight - args.top + args.kernelHeight, args.height);
  }

  /** The first column of output column ox's windows that is in the image. */
  @inline
  static firstColumn(args: PoolArgs, ox: i32): i32 {
    return max<i32>(ox * args.strideWidth - args.left, 0);
  }

  /** The column after their last. */
  @inline
  static endColumn(args: PoolArgs, ox: i32): i32 {
    return min<i32>(ox * args.strideWidth - args.left + args.kernelWidth, args.width);
  }

  /** The first output column whose windows begin in the image. */
  @inline
  static firstWhole(args: PoolArgs): i32 {
    return (args.left + args.strideWidth - 1) / args.strideWidth;
  }

  /** The output column after the last whose windows end in the image. */
  @inline
  static endWhole(args: PoolArgs): i32 {
    const last = args.width + args.left - args.kernelWidth;
    return last < 0 ? 0 : min<i32>(last / args.strideWidth + 1, args.outWidth);
  }
}
