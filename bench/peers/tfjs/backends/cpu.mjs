// TensorFlow.js's backend in plain JavaScript.
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import { serve } from '../side.mjs';

await serve('cpu', version_cpu);
