// The types of random.mjs are those of the source, which needs no build.
export * from '../../random.ts';
