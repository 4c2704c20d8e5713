import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// The same test bodies run over every binary that this engine validates, on one thread and on two: one project for each.
const names: string[] = Object.keys(
  JSON.parse(readFileSync(new URL('asconfig.json', import.meta.url), 'utf8')).targets,
);
const valid = names.filter(name =>
  WebAssembly.validate(readFileSync(new URL(`build/wasm/${name}.wasm`, import.meta.url))),
);
const left = names.filter(name => !valid.includes(name));
if (left.length > 0)
  console.log(`Left out, because Node ${process.version} does not validate them: ${left.join(', ')}.`);

/** Tests that use no binary, or choose theirs themselves: they run once. */
const independent = [
  'test/runtime/**',
  'test/data/**',
  'test/io/safetensors/**',
  'test/node/**',
  'test/examples/**',
  'test/bench/**',
  'test/package/**',
];

export default defineConfig({
  // TensorFlow.js's packages as bundlers take them: one copy of tfjs-core, with the file that registers gradients, which is no part of
  // what Node loads. Vitest would take what Node loads, of which each package brings a copy by `require`.
  resolve: { alias: [{ find: /^(@tensorflow\/[\w-]+)$/, replacement: '$1/dist/index.js' }] },
  test: {
    pool: 'threads',
    testTimeout: 60_000,
    server: { deps: { inline: [/@tensorflow/] } },
    projects: [
      { extends: true, test: { name: 'independent', include: independent.map(path => `${path}/*.test.ts`) } },
      ...valid.flatMap(variant =>
        [1, 2].map(threads => ({
          extends: true as const,
          test: {
            name: threads === 1 ? variant : `${variant}-threads`,
            include: ['test/**/*.test.ts'],
            exclude: [...independent, '**/node_modules/**'],
            setupFiles: ['test/setup.ts'],
            env: { CONVASM_VARIANT: variant, CONVASM_THREADS: String(threads) },
          },
        })),
      ),
    ],
  },
});
