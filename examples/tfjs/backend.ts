import { type InitOptions, init, runtimeInfo } from 'convasm';
import type { Backend } from './options.ts';
import * as tf from './tf.ts';

/**
 * Sets a backend; the module that is the program's entry has imported 'convasm/tfjs'. Without options for convasm,
 * `await tf.setBackend('convasm')` is all that it takes.
 */
export async function useBackend(name: Backend, { threads = 'auto' }: InitOptions = {}): Promise<void> {
  if (name === 'convasm') await init({ threads });
  await tf.setBackend(name);
}

/** What computes, in a few words. */
export function describeBackend(name: Backend): string {
  if (name === 'cpu') return 'cpu (plain JavaScript)';
  const { variant, threads } = runtimeInfo();
  return `convasm (WebAssembly ${variant}, ${threads} thread${threads === 1 ? '' : 's'})`;
}
