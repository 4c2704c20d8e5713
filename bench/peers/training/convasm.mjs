// convasm: `node convasm.mjs THREADS`.
import { init, runtimeInfo } from '../../../dist/index.js';
import { serve } from './side.mjs';
import { build } from './step.mjs';

await init({ threads: Number(process.argv[2]) });
const { variant, threads } = runtimeInfo();
const hello = { version: `${variant}, Node ${process.versions.node}`, threads };
await serve(hello, build, () => runtimeInfo().memory.reserved);
