import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LeftOutError } from '../library.mjs';

/** Debian's packages are found by its own Python only. */
const PYTHONS = ['python3', '/usr/bin/python3'];
const SERVER = fileURLToPath(new URL('pytorch.py', import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** PyTorch in a process of its own, asked for one slice of time after the other. @returns {Promise<import('../library.mjs').Library>} */
export async function pytorch() {
  const child = new Child(await findPython());
  const { version } = await child.answer();
  const folder = mkdtempSync(join(tmpdir(), 'convasm-peers-'));
  /** @type {Map<object, Record<string, string>>} */
  const written = new Map();
  /** @param {import('../library.mjs').Case} task */
  const filesOf = ({ host }) => {
    const known = written.get(host);
    if (known) return known;
    const files = Object.fromEntries(
      Object.entries(host).map(([name, values]) => {
        const path = join(folder, `${name}${written.size}`);
        writeFileSync(path, values);
        return [name, path];
      }),
    );
    written.set(host, files);
    return files;
  };
  return {
    key: 'pytorch',
    name: 'PyTorch',
    version,
    kind: 'native',
    prepare: async task => {
      const { operation, shape } = task;
      const { id } = await child.ask({ command: 'prepare', operation, shape, ...filesOf(task) });
      return {
        time: async (milliseconds, least) => (await child.ask({ command: 'time', id, milliseconds, least })).times,
        result: async () => {
          const path = join(folder, 'result');
          await child.ask({ command: 'result', id, path });
          return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
        },
      };
    },
    close: () => {
      child.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first Python that has PyTorch. @throws {LeftOutError} */
async function findPython() {
  for (const python of PYTHONS) {
    try {
      await promisify(execFile)(python, ['-c', 'import torch, numpy']);
      return python;
    } catch {
      // The next one.
    }
  }
  throw new LeftOutError('not installed (Debian: python3-torch and libopenblas0)');
}

/** A process that answers each line with a line. */
class Child {
  #process;
  #lines;

  /** @param {string} python */
  constructor(python) {
    const env = { ...process.env, ...ONE_THREAD };
    this.#process = spawn(python, [SERVER], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @param {object} request */
  ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  async answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('PyTorch: the process has ended');
    const reply = JSON.parse(value);
    if (reply.error) throw new Error(`PyTorch: ${reply.error}`);
    return reply;
  }

  close() {
    this.#process.stdin.end();
  }
}
