import { getKernelsForBackend, registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import { init } from '../runtime/init.ts';
import { BACKEND_NAME, ConvasmBackend } from './backend.ts';
import { registerGradients } from './gradients.ts';
import { kernels } from './kernels/index.ts';
import { withFallback } from './kernels/kernel.ts';

/** Above cpu (1), as high as TensorFlow.js's own wasm and webgl backends. */
const PRIORITY = 2;

/**
 * Makes the backend known to TensorFlow.js, and registers under its name every kernel of the cpu backend, or ours in its place. The
 * backend itself is made by `tf.setBackend('convasm')`, which calls `init()`; a program that wants options calls `init(options)` first.
 */
export function register(): void {
  const ours = new Map(kernels().map(kernel => [kernel.name, kernel]));
  for (const config of getKernelsForBackend('cpu')) {
    const kernel = ours.get(config.kernelName);
    const kernelFunc = kernel ? withFallback(kernel, config.kernelFunc) : config.kernelFunc;
    registerKernel({ ...config, backendName: BACKEND_NAME, kernelFunc });
  }
  registerGradients();
  // TensorFlow.js calls the factory again after each reset of its engine.
  registerBackend(
    BACKEND_NAME,
    async () => {
      await init();
      registerGradients();
      return new ConvasmBackend();
    },
    PRIORITY,
  );
}
