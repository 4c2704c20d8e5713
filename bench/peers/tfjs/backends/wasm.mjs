// TensorFlow.js's own backend in WebAssembly. In Node it has no threads.
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { serve } from '../side.mjs';

setWasmPaths(String(process.argv[3]));
await serve('wasm', `${version_wasm}, 1 thread`);
