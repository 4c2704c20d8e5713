import { Simd } from '../../assembly/simd';

/**
 * The most that the engine can do: multiply-adds between registers, with nothing in the loop that reads or writes memory.
 *
 * In each round s = s * s + shift for 13 vectors s: every product depends on the round before, so that no compiler can move it
 * out of the loop, and the result on all of them, so that none can be dropped. 13 hide the latency of a multiplication and an
 * addition one after the other, and with `shift` they fit V8's 15 registers (GFLOP/s of some 64 on a Zen 4 core; 12 and 13 with
 * two factors, s * scale + shift, for comparison):
 *
 *                       12 (s * scale)   13 (s * scale)   12    13    14
 *     relaxed, Node 24        63               64         63    64    64
 *     simd, Node 24           63               63         63    63    63
 *     simd, Node 20           54               27         53    58    29
 *
 * The multiply-add is that of the kernels.
 *
 * @returns the sum of all lanes after `rounds` rounds from s = 0, 1/32, ..., 12/32
 */
export function multiplyAdds(rounds: i32, shift: f32): f32 {
  const b = f32x4.splat(shift);
  let s0 = f32x4.splat(0.0 / 32);
  let s1 = f32x4.splat(1.0 / 32);
  let s2 = f32x4.splat(2.0 / 32);
  let s3 = f32x4.splat(3.0 / 32);
  let s4 = f32x4.splat(4.0 / 32);
  let s5 = f32x4.splat(5.0 / 32);
  let s6 = f32x4.splat(6.0 / 32);
  let s7 = f32x4.splat(7.0 / 32);
  let s8 = f32x4.splat(8.0 / 32);
  let s9 = f32x4.splat(9.0 / 32);
  let s10 = f32x4.splat(10.0 / 32);
  let s11 = f32x4.splat(11.0 / 32);
  let s12 = f32x4.splat(12.0 / 32);
  for (let i = rounds; i > 0; --i) {
    s0 = Simd.fma<f32>(s0, s0, b);
    s1 = Simd.fma<f32>(s1, s1, b);
    s2 = Simd.fma<f32>(s2, s2, b);
    s3 = Simd.fma<f32>(s3, s3, b);
    s4 = Simd.fma<f32>(s4, s4, b);
    s5 = Simd.fma<f32>(s5, s5, b);
    s6 = Simd.fma<f32>(s6, s6, b);
    s7 = Simd.fma<f32>(s7, s7, b);
    s8 = Simd.fma<f32>(s8, s8, b);
    s9 = Simd.fma<f32>(s9, s9, b);
    s10 = Simd.fma<f32>(s10, s10, b);
    s11 = Simd.fma<f32>(s11, s11, b);
    s12 = Simd.fma<f32>(s12, s12, b);
  }
  s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  s4 = f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7));
  s8 = f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11));
  return Simd.sum<f32>(f32x4.add(f32x4.add(s0, s4), f32x4.add(s8, s12)));
}
