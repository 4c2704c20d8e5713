// The entry point convasm/node: what needs a file system or a terminal.
export { writeAtomically } from './files.ts';
export { type ProgressBar, type ProgressStream, progressBar } from './progressBar.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
