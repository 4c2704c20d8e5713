// The entry point convasm/node: what needs a file system.
export { writeAtomically } from './files.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
