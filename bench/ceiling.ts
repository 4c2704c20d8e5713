import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import asc from 'assemblyscript/asc';

/** Sums of bench/assembly/ceiling.ts, 4 lanes each, a multiplication and an addition for each lane. */
export const SUMS = 13;
const FLOPS_PER_ROUND = SUMS * 4 * 2;
/** Rounds of one timed call: about half a millisecond. */
const ROUNDS = 1 << 18;

/** GFLOP/s that one thread can have: below it the machine is not one to measure on, above it the loop was dropped. */
const POSSIBLE = { least: 0.5, most: 300 };

/** Register-only multiply-adds, in the same kind of binary as the library's. */
export interface Ceiling {
  /** Floating-point operations of one `run`. */
  readonly flops: number;
  run(): void;
}

/** See bench/assembly/ceiling.ts. */
export type MultiplyAdds = (rounds: number, shift: number) => number;

/**
 * Compiles bench/assembly/ceiling.ts with the library's own flags.
 *
 * @param target of asconfig.json: 'relaxed' (fused) or 'simd' (a multiplication, then an addition)
 */
export async function compileCeiling(target: string): Promise<MultiplyAdds> {
  const root = dirname(createRequire(import.meta.url).resolve('convasm/package.json'));
  let binary: Uint8Array<ArrayBuffer> | null = null;
  const writeFile = (_: string, contents: string | Uint8Array) => {
    if (typeof contents !== 'string') binary = Uint8Array.from(contents);
  };
  const files = ['bench/assembly/ceiling.ts', '--outFile', 'ceiling.wasm'];
  const { error, stderr } = await asc.main(
    [...files, '--config', 'asconfig.json', '--target', target, '--baseDir', root],
    { writeFile },
  );
  if (error || !binary) throw new Error(`bench/assembly/ceiling.ts does not compile: ${stderr}`, { cause: error });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  return instance.exports.multiplyAdds as MultiplyAdds;
}

/** @throws Error where the figures show that the loop is not what ran */
export async function prepareCeiling(target: string): Promise<Ceiling> {
  const multiplyAdds = await compileCeiling(target);
  // s = s * s + 3/16 comes to rest at 1/4, among normal numbers.
  const rest = (SUMS * 4) / 4;
  const compute = (rounds: number) => {
    const sum = multiplyAdds(rounds, 3 / 16);
    if (Math.abs(sum - rest) > 1e-4) throw new Error(`The ceiling's kernel computes ${sum}, not ${rest}.`);
  };
  checkLoop(compute);
  return { flops: ROUNDS * FLOPS_PER_ROUND, run: () => compute(ROUNDS) };
}

/** @throws Error unless the time grows with the rounds, and is one that a processor can reach */
function checkLoop(compute: (rounds: number) => void): void {
  const best = (rounds: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 20; i++) {
      const start = performance.now();
      compute(rounds);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  best(ROUNDS); // Until the optimised code runs.
  const [short, long] = [best(ROUNDS / 4), best(ROUNDS)];
  if (!(long > 2 * short)) {
    throw new Error(
      `The ceiling's loop was optimised away: 4 times the rounds take ${(long / short).toFixed(2)} times.`,
    );
  }
  const rate = (ROUNDS * FLOPS_PER_ROUND) / long / 1e6;
  if (!(rate >= POSSIBLE.least && rate <= POSSIBLE.most)) {
    throw new Error(`The ceiling comes out at ${rate.toFixed(1)} GFLOP/s, which no core can be.`);
  }
}
