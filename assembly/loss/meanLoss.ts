/** losses: f64[count]; their sum / divisor goes to losses[0]. */
@unmanaged
export class MeanLossArgs {
  losses: usize;
  count: i32;
  divisor: f64;
}

/** One block of work: all. */
export function meanLoss(args: MeanLossArgs, first: i32, last: i32): void {
  if (first >= last) return;
  let sum: f64 = 0;
  for (let i = 0; i < args.count; ++i) sum += load<f64>(args.losses + ((<usize>i) << 3));
  store<f64>(args.losses, sum / args.divisor);
}
