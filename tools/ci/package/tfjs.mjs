// convasm/tfjs as TensorFlow.js's users get it: in empty projects without its peers, and with them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { install } from '../../../test/browsers/install.mjs';
import { checkProgram } from './types.mjs';

const PEERS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'];
const HELP = /convasm\/tfjs needs @tensorflow\/tfjs-core and @tensorflow\/tfjs-backend-cpu, .* run 'npm install .*'/;

const root = fileURLToPath(new URL('../../../', import.meta.url));

const ASK = `const said = await import('convasm/tfjs').then(() => 'nothing is thrown', ({ name, message }) => name + ': ' + message);
console.log(said);
`;
const IMPORT = `import * as tf from '@tensorflow/tfjs-core';
import { ConvasmBackend } from 'convasm/tfjs';
await tf.setBackend('convasm');
const y = tf.conv2d(tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 1]), 1, 'valid');
console.log(tf.getBackend(), tf.backend() instanceof ConvasmBackend, y.dataSync().join());
`;
const REQUIRE = `const tf = require('@tensorflow/tfjs-core');
const { ConvasmBackend } = require('convasm/tfjs');
tf.setBackend('convasm').then(() => {
  const y = tf.conv2d(tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 1]), 1, 'valid');
  console.log(tf.getBackend(), tf.backend() instanceof ConvasmBackend, y.dataSync().join());
});
`;
const ANSWER = 'convasm true 18,18,18,18';

const TYPED = `import * as tf from '@tensorflow/tfjs-core';
import { init } from 'convasm';
import { ConvasmBackend } from 'convasm/tfjs';
import 'convasm/tfjs';

await init({ threads: 1 });
await tf.setBackend('convasm');
export const ours: boolean = tf.backend() instanceof ConvasmBackend;
export const backend: tf.KernelBackend = new ConvasmBackend();
// @ts-expect-error: with types that resolve to nothing, anything would be right.
export const wrong: string = new ConvasmBackend();
`;

/**
 * @param {{ folder: string, tarball: string, npm: (args: string[], cwd: string) => string }} package  folder: for projects
 * @throws Error
 */
export async function checkTfjs({ folder, tarball, npm }) {
  const conformance = fileURLToPath(new URL('../../../test/conformance/', import.meta.url));
  install(conformance, { native: true });
  const bin = `${conformance}node_modules/.bin/`;
  /** How each runs a file. */
  const engines = {
    'Node 24': [`${root}node_modules/node/bin/node`],
    [`Node ${process.versions.node}`]: [process.execPath],
    Bun: [`${bin}bun`],
    Deno: [`${bin}deno`, 'run', '--allow-all'],
  };
  const run = ([program, ...args], file, cwd) =>
    execFileSync(program, [...args, file], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const project = (name, packages) => {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }\n');
    npm(['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, ...packages], path);
    return path;
  };

  const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const versions = PEERS.map(name => `${name}@${devDependencies[name]}`);
  // The first one only is as bad as neither.
  for (const [name, packages] of [
    ['without peers', []],
    ['with one peer', versions.slice(0, 1)],
  ]) {
    const path = project(name.replaceAll(' ', '-'), packages);
    writeFileSync(join(path, 'ask.js'), ASK);
    for (const [engine, command] of Object.entries(engines)) {
      const answer = run(command, 'ask.js', path);
      if (!answer.startsWith('ConvasmError: ') || !HELP.test(answer)) throw new Error(`${engine}, ${name}: ${answer}`);
    }
    console.log(`convasm/tfjs ${name}: ${Object.keys(engines).join(', ')} say what to install`);
  }
  await checkBundle(join(folder, 'without-peers'));

  const path = project('with-peers', versions);
  writeFileSync(join(path, 'main.js'), IMPORT);
  writeFileSync(join(path, 'main.cjs'), REQUIRE);
  for (const [engine, command] of Object.entries(engines)) {
    for (const file of ['main.js', 'main.cjs']) {
      const answer = run(command, file, path).trim();
      if (answer !== ANSWER) throw new Error(`${engine}, ${file}: ${answer}, expected ${ANSWER}`);
    }
  }
  console.log(`convasm/tfjs with peers: ${Object.keys(engines).join(', ')}, by import and by require`);
  // There are errors in TensorFlow.js's own types.
  checkProgram(path, TYPED, { skipLibCheck: true });
}

/** A bundler, too, names what is missing. */
async function checkBundle(folder) {
  const { errors } = await build({
    stdin: { contents: "import 'convasm/tfjs'", resolveDir: folder },
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    write: false,
  }).catch(error => error);
  const texts = errors.map(({ text }) => text);
  for (const name of PEERS) {
    if (!texts.includes(`Could not resolve "${name}"`)) throw new Error(`esbuild without ${name} says ${texts}`);
  }
}
