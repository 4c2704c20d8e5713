// Engines with a command line: Node, Bun, Deno.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runsWithThreads, SECONDS } from './engine.mjs';

const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Those that .ci/run tests with, from oldest to newest. */
const NODES = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];

/** @type {readonly import('./engine.mjs').Engine[]} */
export const commands = [
  // Node 20 validates relaxed SIMD behind a flag only.
  ...NODES.map(version =>
    command(`node-${version.split('.')[0]}`, () => nodeBinary(version), [], version < '22' ? 'simd' : 'relaxed'),
  ),
  // Bun multiplies and adds apart.
  command('bun', () => `${bin}bun`, ['run'], 'simd'),
  command('deno', () => `${bin}deno`, ['run', '--allow-all'], 'relaxed'),
  command('deno-bare', () => `${bin}deno`, ['run', '--no-prompt'], 'relaxed', { mayRead: false }),
];

/**
 * @param {string} name
 * @param {() => string} binary
 * @param {readonly string[]} args
 * @param {'simd' | 'relaxed'} best
 * @param {{ mayRead?: boolean }} [permissions]  mayRead: whether it may start workers from files of ours. Default true
 */
function command(name, binary, args, best, { mayRead = true } = {}) {
  return {
    name,
    runs: runsWithThreads(best).filter(({ ownWorkers }) => mayRead || !ownWorkers),
    open: async site => {
      const path = binary();
      const [version] = /\d+\.\d+\.\d+/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })) ?? [''];
      return {
        version: () => version,
        run: ({ options, ownWorkers }) => {
          const own = ownWorkers ? ['own'] : [];
          return report(path, [...args, 'entries/command.mjs', JSON.stringify(options), ...own], site);
        },
        close: async () => {},
      };
    },
  };
}

/** What a process prints, as JSON. It has to end by itself, without a word of complaint. */
function report(path, args, cwd) {
  return new Promise((resolve, reject) => {
    const limits = { timeout: SECONDS * 1000, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 };
    execFile(path, args, { cwd, ...limits }, (error, stdout, stderr) => {
      if (error?.killed) reject(new Error(`did not end within ${SECONDS} seconds\n${stdout}${stderr}`));
      else if (error) reject(new Error(`exit code ${error.code}, signal ${error.signal}\n${stdout}${stderr}`));
      else if (stderr) reject(new Error(`complained\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

function nodeBinary(version) {
  const args = ['tools/ci/engine.mjs', version];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] }).trim();
}
