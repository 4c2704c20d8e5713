// Imported before TensorFlow.js's specs, which are declared for the environments that are set when they load.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '../../../src/tfjs/index.ts';
import { init } from '../../../src/index.ts';
import { runtime } from '../../../src/runtime/init.ts';
import { stress } from './stress.mjs';

const { backend, threads, variant, stressed } = globalThis.suiteOptions;
await init({ threads, variant });
if (stressed) stress(runtime());
setTestEnvs([{ name: backend, backendName: backend, isDataSync: true }]);
