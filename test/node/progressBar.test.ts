import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConvasmError } from '../../src/errors.ts';
import { type ProgressStream, progressBar } from '../../src/node/index.ts';
import { expectRejection } from '../helpers/errors.ts';

/** A stream that keeps what is written. */
class Memory extends Writable implements ProgressStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY: boolean, columns = 120) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }

  get plain(): string {
    return stripVTControlCharacters(this.text);
  }
}

const batch = (values: object = {}) => ({
  epoch: 2,
  epochs: 3,
  batch: 5,
  batches: 10,
  loss: 0.51234,
  accuracy: 0.877,
  ofBatch: { loss: 1 },
  learningRate: 0.1,
  samplesPerSecond: 12345.6,
  secondsLeft: 61.5,
  ...values,
});
const epoch = (values: object = {}) => ({
  epoch: 2,
  loss: 0.4,
  accuracy: 0.9,
  validation: { loss: 0.45, accuracy: 0.89 },
  seconds: 3,
  samplesPerSecond: 999.7,
  ...values,
});

const listeners = () => ['exit', 'SIGINT', 'SIGTERM'].map(name => process.listenerCount(name));

afterEach(() => {
  vi.restoreAllMocks();
  vi.doUnmock('cli-progress');
});

describe('elsewhere than on a terminal', () => {
  it('writes a line after each epoch, and one every 5 seconds', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const stream = new Memory(false);
    const { onBatch, onEpoch, onEnd } = await progressBar(stream);
    for (const time of [1000, 4999, 5001, 6000, 10_001, 10_002]) {
      now.mockReturnValue(time);
      onBatch(batch());
    }
    onEpoch(epoch());
    onEnd();
    const line = '  epoch 2/3 12,346 samples/s  loss 0.512  accuracy 87.7 %  1 min 02 s left\n';
    const end = '  epoch 2/3 1,000 samples/s  loss 0.400  accuracy 90.0 %  validation: loss 0.450  accuracy 89.0 %\n';
    expect(stream.text).toBe(`${line.repeat(2)}${end}`);
  });

  it('leaves out what there is not, and does without cli-progress', async () => {
    vi.doMock('cli-progress', () => {
      throw new Error('not installed');
    });
    const stream = new Memory(false);
    const { accuracy: _, validation: __, ...bare } = epoch();
    (await progressBar(stream)).onEpoch(bare);
    expect(stream.text).toBe('  epoch 2 1,000 samples/s  loss 0.400\n');
  });

  it.each([
    [0, '0 s'],
    [59.5, '1 min 00 s'],
    [3599, '59 min 59 s'],
    [7261, '2 h 01 min'],
  ])('shows %s seconds as %s', async (secondsLeft, text) => {
    vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(9999);
    const stream = new Memory(false);
    (await progressBar(stream)).onBatch(batch({ secondsLeft }));
    expect(stream.text).toContain(`  ${text} left\n`);
  });
});

describe('on a terminal', () => {
  it('draws a bar for each epoch, which stays with the result, and leaves no listener', async () => {
    const before = listeners();
    const stream = new Memory(true);
    const { onBatch, onEpoch, onEnd } = await progressBar(stream);
    onBatch(batch({ batch: 1 }));
    expect(listeners()).toEqual(before.map(count => count + 1));
    onBatch(batch({ batch: 10 }));
    onEpoch(epoch());
    expect(listeners()).toEqual(before);
    onBatch(batch({ epoch: 3 }));
    onEnd();
    onEnd();
    expect(listeners()).toEqual(before);
    expect(stream.plain).toContain(`epoch 2/3 ${'█'.repeat(40)} 1,000 samples/s  loss 0.400`);
    expect(stream.plain).toContain('validation: loss 0.450');
    expect(stream.plain).toContain(`epoch 3/3 ${'█'.repeat(20)}${'░'.repeat(20)} 12,346 samples/s`);
    // Line wrapping is on again.
    expect(stream.text.lastIndexOf('\u001b[?7h')).toBeGreaterThan(stream.text.lastIndexOf('\u001b[?7l'));
  });

  it('says nothing of an epoch whose batches were before a resume', async () => {
    const stream = new Memory(true);
    const { onEpoch, onEnd } = await progressBar(stream);
    onEpoch(epoch());
    onEnd();
    expect(stream.text).toBe('');
  });

  it('fits into a narrow one', async () => {
    const stream = new Memory(true, 40);
    const { onBatch, onEnd } = await progressBar(stream);
    onBatch(batch({ batch: 10 }));
    onEnd();
    expect(stream.plain).toContain('epoch 2/3 ████████ 12,346 samples/s');
  });

  it('says what to install where cli-progress is missing', async () => {
    vi.resetModules();
    vi.doMock('cli-progress', () => {
      throw new Error('not installed');
    });
    const error = await expectRejection(progressBar(new Memory(true)), ConvasmError, 'npm install cli-progress');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('gives the terminal back when a signal ends the process', async () => {
    const program = `
      const { progressBar } = await import(${JSON.stringify(new URL('../../dist/node/index.js', import.meta.url).href)});
      process.stdout.isTTY = true;
      const bar = await progressBar();
      bar.onBatch(${JSON.stringify(batch())});
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    const signal = await new Promise(resolve => child.on('close', (_, by) => resolve(by)));
    expect(signal).toBe('SIGTERM');
    expect(text).toContain('epoch 2/3');
    expect(text.lastIndexOf('\u001b[?7h')).toBeGreaterThan(text.lastIndexOf('\u001b[?7l'));
  });
});
