// What the backends' processes take from the library's own benchmark; nothing of convasm itself is in it.
export { generator } from '../../../build/bench/random.js';
export { median } from '../../../build/bench/statistics.js';
