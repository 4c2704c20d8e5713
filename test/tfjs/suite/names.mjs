/** How the names of specs begin that are ours, not TensorFlow.js's. */
export const OURS = 'Models on the backend convasm: ';
