// What a page loads. No top-level await: esbuild's default format for pages has none.
import { train } from './train.js';

train().then(result => {
  globalThis.result = result;
});
