// The end of the threads.
import { equal } from '../check.mjs';
import { numbers } from '../data.mjs';

/** Run last. */
export const ending = [
  {
    name: 'shutdown: one thread goes on, with the same bits',
    run: async ({ convasm: { tensor, runtimeInfo, shutdown }, ops }) => {
      const x = tensor(numbers(32 * 56 * 56, 51), [1, 32, 56, 56]);
      const w = tensor(numbers(32 * 32 * 9, 52), [32, 32, 3, 3]);
      const before = Float32Array.from(ops.conv2d(x, w, null, { padding: 1 }).data);
      // A second call finds nothing to end.
      for (const turn of ['first', 'second']) {
        await shutdown();
        equal(runtimeInfo().threads, 1, `threads after the ${turn} shutdown`);
        equal(ops.conv2d(x, w, null, { padding: 1 }).data, before, `a convolution after the ${turn} shutdown`);
      }
    },
  },
];
