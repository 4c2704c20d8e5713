// One bundle: TensorFlow.js's specs, the backend, and one copy of tfjs-core between them.
import './environment.mjs';
import '@tensorflow/tfjs-core/dist/tests.js';
