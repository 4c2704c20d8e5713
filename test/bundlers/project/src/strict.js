// What a page loads whose policy allows no Blob worker, built by a bundler that does not look for workers.
import { train } from './train.js';

const worker = () => new Worker(new URL('./convasm-worker.js', import.meta.url), { type: 'module' });
train({ threads: 2, worker }).then(result => {
  globalThis.result = result;
});
