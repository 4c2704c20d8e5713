import { describe, expect, it } from 'vitest';
import { compileCeiling, prepareCeiling, SUMS } from '../../bench/ceiling.ts';

/** What bench/assembly/ceiling.ts says that it computes; exact in float32, because all numbers are dyadic. */
function expected(rounds: number, shift: number): number {
  let total = 0;
  for (let i = 0; i < SUMS; i++) {
    let s = i / 32;
    for (let round = 0; round < rounds; round++) s = s * s + shift;
    total += 4 * s;
  }
  return total;
}

describe.each(['simd', 'relaxed'])('ceiling, %s', async target => {
  const multiplyAdds = await compileCeiling(target).catch(error => {
    // This engine has no relaxed SIMD.
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  });

  it.runIf(multiplyAdds)('computes what it says', () => {
    for (const rounds of [0, 1, 2]) {
      expect(multiplyAdds?.(rounds, 0.5)).toBeCloseTo(expected(rounds, 0.5), 4);
    }
  });

  it.runIf(multiplyAdds)('runs at a rate that a processor can have', { retry: 3 }, async () => {
    const { flops, run } = await prepareCeiling(target);
    expect(flops).toBeGreaterThan(1e7);
    run();
  });
});
