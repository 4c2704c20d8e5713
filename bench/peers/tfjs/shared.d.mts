// The types of shared.mjs are those of the sources, which need no build.
export * from '../../random.ts';
export * from '../../statistics.ts';
