// This checkout's backend, or with --dist another's (see bundle.mjs).
import { init, runtimeInfo } from '../../../../dist/index.js';
import '../../../../dist/tfjs/index.js';
import { serve } from '../side.mjs';

const threads = Number(process.argv[2]);
await init({ threads });
const { variant, threads: started } = runtimeInfo();
if (started !== threads) throw new Error(`convasm runs on ${started} threads, not on ${threads}`);
await serve('convasm', `${variant}, ${threads} thread${threads > 1 ? 's' : ''}`);
