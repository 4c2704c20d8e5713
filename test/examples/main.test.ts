import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, loadStateDict } from 'convasm';
import { readSafetensors } from 'convasm/node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateDigits } from '../../examples/digits/generator.ts';
import { convolutional } from '../../examples/digits/model.ts';

const MAIN = fileURLToPath(new URL('../../build/examples/digits/main.js', import.meta.url));
const SMALL = ['--train-images', '320', '--test-images', '50', '--epochs', '1'];

let folder: string;

beforeAll(async () => {
  await init();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-main-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the example; `during` may do something to it as soon as its output matches `at`. */
async function start(
  args: readonly string[],
  { at, during }: { at?: RegExp; during?: (child: ChildProcess) => void } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  let acted = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
    if (!acted && at?.test(output.stdout)) {
      acted = true;
      during?.(child);
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

/** How many steps an interrupted training had done. */
function stepsIn(stdout: string): number {
  const [, steps = ''] = /Interrupted after step ([\d,]+) of 5,000: saving what was learnt/.exec(stdout) ?? [];
  return Number(steps.replaceAll(',', ''));
}

// Each of them starts a process of its own, which takes its time on a busy machine.
describe('the main example', { timeout: 60_000 }, () => {
  it('shows the notebook, trains, and writes the weights and the report', async () => {
    const { code, stdout, stderr } = await start([...SMALL, '--out', 'a/b']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.match(/✓ equal to what the notebook printed/g)?.length).toBe(3);
    expect(stdout).toMatch(/320 to train on and 50 to test on/);
    expect(stdout).toMatch(/epoch 1\/1 .*samples\/s.*loss.*validation: loss .*accuracy/);
    expect(stdout).toMatch(/drawn +taken for/);
    expect(stdout).toMatch(/inference +[\d,]+ images\/s/);
    expect(stdout).toMatch(/A linear classifier recognises .* the CNN /);
    const out = join(folder, 'a', 'b');
    expect(readdirSync(out).sort()).toEqual(['report.html', 'weights.safetensors']);
    const { tensors, metadata } = readSafetensors(join(out, 'weights.safetensors'));
    expect(metadata.get('network')).toContain('conv 3x3');
    // Strict: it throws unless the names and shapes are the network's.
    loadStateDict(convolutional(generateDigits(1, 1, 1).train, 2).net, tensors);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toMatch(/<\/html>\s*$/);
    expect(report).not.toContain('class="notice"');
  });

  it('saves what was learnt when it is interrupted, exits with 130, and goes on from there', async () => {
    const long = [...SMALL.slice(0, 4), '--epochs', '1000'];
    // npm passes a signal on that the terminal has sent already: two of them are one press.
    const interrupt = (child: ChildProcess) => {
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 20);
    };
    const { code, stdout, stderr } = await start(long, { at: /epoch 2\/1000/, during: interrupt });
    expect(stderr).toBe('');
    expect(code).toBe(130);
    const step = stepsIn(stdout);
    expect(step).toBeGreaterThanOrEqual(10);
    expect(stdout).not.toContain('linear classifier');
    const out = join(folder, 'out');
    expect(readdirSync(out).sort()).toEqual(['checkpoint.safetensors', 'report.html', 'weights.safetensors']);
    const { metadata } = readSafetensors(join(out, 'weights.safetensors'));
    expect(metadata.get('steps')).toBe(`${step} of 5000`);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(
      /class="notice">Interrupted after step [\d,]+ of 5,000/,
    );

    const resume = ['--resume', join('out', 'checkpoint.safetensors')];
    const epochs = Math.floor(step / 5) + 1;
    const resumed = await start([...long, ...resume, '--epochs', String(epochs)]);
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
    const [cnn] = resumed.stdout.split('a linear classifier');
    expect(cnn).toContain(`epoch ${epochs}/${epochs}`);
    expect(cnn).not.toContain('epoch 1/');
    expect(resumed.stdout).toMatch(/A linear classifier recognises .* the CNN /);

    const other = await start([...SMALL, ...resume, '--train-images', '300']);
    expect(other.stderr).toMatch(/^Error: [^\n]*320, as the checkpoint has it[^\n]*\n$/);
    expect(other.code).toBe(1);
  });

  it('explains its options', async () => {
    const { code, stdout, stderr } = await start(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--data DIR');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('complains about a wrong option in one line and exits with 2', async () => {
    for (const args of [['--epochs', 'many'], ['--what']]) {
      const { code, stdout, stderr } = await start(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Error: [^\n]*(--epochs: 'many' is not allowed|unknown option --what)[^\n]*\n$/);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names a file or folder that it cannot use, in one line without a stack trace, and exits with 1', async () => {
    writeFileSync(join(folder, 'file'), '');
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), 'not an IDX file');
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), '');
    const cases: [args: string[], says: RegExp][] = [
      [['--data', 'nowhere'], /^Error: cannot read the folder nowhere: it does not exist\n$/],
      [['--data', '.'], /^Error: train-images-idx3-ubyte: not an IDX file[^\n]*\n$/],
      [['--resume', 'nowhere'], /^Error: cannot read nowhere: it does not exist\n$/],
      [[...SMALL, '--resume', 'file'], /^Error: resume: [^\n]*\n$/],
      [['--out', 'file'], /^Error: cannot write to the folder file: there is a file of this name\n$/],
    ];
    for (const [args, says] of cases) {
      const { code, stderr } = await start(args);
      expect(stderr).toMatch(says);
      expect(code).toBe(1);
    }
    expect(existsSync(join(folder, 'out', 'weights.safetensors'))).toBe(false);
  });

  it('says that the training diverged, and keeps no weights of it', async () => {
    const { code, stderr } = await start([...SMALL, '--learning-rate', '1e9']);
    expect(stderr).toMatch(/^Error: The (loss|gradients' norm) is [^\n]*diverged[^\n]*\n$/);
    expect(code).toBe(1);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });
});
