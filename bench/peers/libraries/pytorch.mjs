import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Child } from '../child.mjs';
import { LeftOutError } from '../library.mjs';

/** Debian's packages are found by its own Python only. */
const PYTHONS = ['python3', '/usr/bin/python3'];
const SERVER = fileURLToPath(new URL('pytorch.py', import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** PyTorch in a process of its own, asked for one slice of time after the other. @returns {Promise<import('../library.mjs').Library>} */
export async function pytorch() {
  const child = new Child('PyTorch', await findPython(), [SERVER], ONE_THREAD);
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
export async function findPython() {
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
