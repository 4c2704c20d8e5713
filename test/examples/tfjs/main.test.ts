import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../build/examples/tfjs/main.js', import.meta.url));
const SMALL = ['--train-images', '320', '--test-images', '50', '--epochs', '1'];

/** Starts the example; `during` may do something to it as soon as its output matches `at`. */
async function start(
  args: readonly string[],
  { at, during }: { at?: RegExp; during?: (child: ChildProcess, stdout: string) => unknown } = {},
) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  let acting: unknown;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk;
    if (acting === undefined && at?.test(output.stdout)) acting = during?.(child, output.stdout) ?? true;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  await acting;
  return { code, ...output };
}

// Each of them starts a process of its own, which takes its time on a busy machine.
describe('the example with TensorFlow.js', { timeout: 120_000 }, () => {
  it('trains, and computes what the cpu backend computes', async () => {
    const { code, stdout, stderr } = await start([...SMALL, '--threads', '2']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/on convasm \(WebAssembly \w+, 2 threads\)/);
    expect(stdout).toMatch(/epoch 1\/1 {2}loss [\d.]+ {2}accuracy [\d.]+ % {2}[\d,]+ images\/s/);
    expect(stdout).toMatch(/Test accuracy [\d.]+ %/);
    const [, apart] = /losses at most (\S+) apart/.exec(stdout) ?? [];
    expect(Number(apart)).toBeLessThan(1e-4);
    expect(stdout).toContain('tf.memory() counts 0 tensors, 0 bytes');
  });

  it('ends its training at Ctrl-C, with nothing left behind', async () => {
    const { code, stdout, stderr } = await start(['--train-images', '320', '--epochs', '1000'], {
      at: /epoch 2\//,
      during: child => child.kill('SIGINT'),
    });
    expect(stderr).toBe('');
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted.');
    expect(stdout).not.toContain('Test accuracy');
    expect(stdout).toContain('tf.memory() counts 0 tensors, 0 bytes');
  });

  it('serves its page, isolated and whole, until Ctrl-C', async () => {
    const { code, stderr } = await start(['--page'], {
      at: /http:\S+\/ /,
      during: async (child, stdout) => {
        try {
          const [url = ''] = /http:\S+/.exec(stdout) ?? [];
          const page = await fetch(url);
          expect(page.status).toBe(200);
          expect(page.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
          const html = await page.text();
          for (const name of ['main.js', 'style.css']) {
            expect(html).toContain(`"${name}"`);
            expect((await fetch(new URL(name, url))).status).toBe(200);
          }
          expect((await fetch(new URL('package.json', url))).status).toBe(404);
        } finally {
          child.kill('SIGINT');
        }
      },
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('says what is wrong with its options in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const cases: [args: string[], code: number, says: RegExp][] = [
      [['--backend', 'wasm'], 2, /^Error: option --backend: 'wasm' is not allowed; expected 'convasm', 'cpu'\n$/],
      [['--data', 'nowhere'], 1, /^Error: cannot read the folder nowhere: it does not exist\n$/],
      [['--page', '--port', port], 1, /^Error: cannot serve on port \d+: [^\n]*EADDRINUSE[^\n]*\n$/],
    ];
    try {
      for (const [args, expected, says] of cases) {
        const { code, stderr } = await start(args);
        expect(stderr).toMatch(says);
        expect(code).toBe(expected);
      }
    } finally {
      taken.close();
    }
  });
});
