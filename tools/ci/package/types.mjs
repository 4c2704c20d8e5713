// The types as an importing project sees them: publint and attw on the tarball, and a strict project that checks its libraries too.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** @throws Error where publint or attw has anything to say */
export async function checkExports(tarball) {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  for (const message of messages) console.log(formatMessage(message, pkg));
  if (messages.length > 0) throw new Error('publint has something to say');
  // esm-only leaves out what convasm does not do: require() in CommonJS before Node 20.19, which would need a second copy of the
  // library (and then tensors of two kinds), and resolution without `exports` ("node10"), from before ES modules.
  // The binaries are files: what importing one gives is for the host to say.
  const files = ['--exclude-entrypoints', 'relaxed.wasm', 'simd.wasm'];
  const attw = fileURLToPath(new URL('./node_modules/.bin/attw', import.meta.url));
  run(attw, [tarball, '--profile', 'esm-only', '--no-color', '--format', 'ascii', ...files]);
}

const PROGRAM = `import { Conv2D, init, runtimeInfo, type Tensor, tensor } from 'convasm';
import { writeSafetensors } from 'convasm/node';
import { conv2d } from 'convasm/ops';
import 'convasm/worker';

await init({ worker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }) });
const x: Tensor = tensor([[[[1, 2]]]]);
const layer = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1 });
export const y: Tensor = conv2d(x, layer.filters, layer.bias, { activation: 'relu' });
export const save = (): void => writeSafetensors('weights.safetensors', layer.params);
export const threads: number = runtimeInfo().threads;
// @ts-expect-error: with types that resolve to nothing, anything would be right.
export const wrong: string = runtimeInfo().threads;
`;

/** Kinds of projects: the library of a page or of a worker, and who resolves the modules. */
const PROJECTS = {
  'page, bundler': { lib: ['ES2022', 'DOM'], module: 'ESNext', moduleResolution: 'bundler' },
  'page, Node resolution': { lib: ['ES2022', 'DOM'], module: 'NodeNext' },
  worker: { lib: ['ES2022', 'WebWorker'], module: 'ESNext', moduleResolution: 'bundler' },
};

/** Compiles a program that uses everything but convasm/tfjs. @throws Error with the compiler's text */
export function checkProjects(folder) {
  checkProgram(folder, PROGRAM);
}

/** Compiles a program in a folder where the package is installed. @throws Error with the compiler's text */
export function checkProgram(folder, program, { skipLibCheck = false } = {}) {
  for (const [name, options] of Object.entries(PROJECTS)) {
    const project = join(folder, 'types', name.replaceAll(/\W+/g, '-'));
    mkdirSync(project, { recursive: true });
    const compilerOptions = {
      target: 'ES2022',
      strict: true,
      noEmit: true,
      skipLibCheck,
      types: [],
      ...options,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    writeFileSync(join(project, 'program.ts'), program);
    run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', project]);
    console.log(`types: ${name}, strict, with skipLibCheck ${skipLibCheck ? 'on' : 'off'}`);
  }
}

function run(program, args) {
  try {
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    throw new Error(`${program} failed:\n${error.stdout}`);
  }
}
