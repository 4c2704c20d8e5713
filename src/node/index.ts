// The entry point convasm/node.
export { type ProgressBar, type ProgressStream, progressBar } from './progressBar.ts';
