// The types of own.mjs are those of the sources, which need no build.
export * from '../../src/index.ts';
export * from '../../src/ops/index.ts';
export * from '../ceiling.ts';
export * from '../check.ts';
export * from '../progress.ts';
export * from '../random.ts';
export * from '../shapes.ts';
export * from '../statistics.ts';
