import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';

/** The results of a function on the cpu backend and on ours. */
export async function onBoth(run: () => tf.Tensor | tf.Tensor[]): Promise<{ expected: Result[]; actual: Result[] }> {
  const results: Result[][] = [];
  for (const backend of ['cpu', 'convasm']) {
    await tf.setBackend(backend);
    const tensors = tf.tidy(() => [run()].flat());
    results.push(tensors.map(tensor => ({ shape: tensor.shape, dtype: tensor.dtype, values: [...tensor.dataSync()] })));
    tf.dispose(tensors);
  }
  const [expected = [], actual = []] = results;
  return { expected, actual };
}

export interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

/** How many uploads and reads of tensors a function makes on our backend, which is made the current one. */
export async function crossings(run: () => void): Promise<number> {
  await tf.setBackend('convasm');
  const { traffic } = tf.backend() as unknown as { traffic: { uploads: number; reads: number } };
  const before = { ...traffic };
  run();
  const after = (tf.backend() as unknown as { traffic: { uploads: number; reads: number } }).traffic;
  return after.uploads - before.uploads + after.reads - before.reads;
}

export const DTYPES = ['float32', 'int32', 'bool'] as const;

/** Numbers of a type, float32 with NaN, infinities and zeros of both signs among them. */
export function numbers(dtype: (typeof DTYPES)[number], length: number, from: number): number[] {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
  let state = from;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (dtype === 'bool') return state >>> 31;
    if (dtype === 'int32') return (state >>> 20) - 2048;
    const kind = (state >>> 8) % 40;
    return special[kind] ?? Math.fround(state / 2 ** 32 - 0.5);
  });
}

export const dtypes = fc.constantFrom(...DTYPES);
/** Shapes of one to `most` dimensions. */
export const shapes = (most: number, size = 7) =>
  fc.array(fc.integer({ min: 1, max: size }), { minLength: 1, maxLength: most });

export const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
