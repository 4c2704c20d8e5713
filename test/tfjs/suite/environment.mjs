import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '../../../src/tfjs/index.ts';
import { init, runtimeInfo } from '../../../src/index.ts';
import { runtime } from '../../../src/runtime/init.ts';
import { stress } from './stress.mjs';

/**
 * Makes the backend what the specs run on.
 *
 * @returns a function that tells how they ran. `stress`: how often memory was asked for, and how often its buffer was another one then
 */
export async function prepare({ backend, threads, variant, stressed }) {
  await init({ threads, variant });
  const { pool } = runtime();
  // Small operations, as specs have them, are shared, too.
  if (pool) pool.limits = { ...pool.limits, share: 0, wake: 0, claim: 0, rest: 0 };
  const counts = stressed ? stress(runtime()) : undefined;
  setTestEnvs([{ name: backend, backendName: backend, isDataSync: true }]);
  return () => {
    const { variant, threads, threadsOff, threadsLost } = runtimeInfo();
    return { variant, threads, threadsOff, threadsLost, stress: counts };
  };
}
