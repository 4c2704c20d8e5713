import type { SingleBar } from 'cli-progress';
import { ConvasmError } from '../errors.ts';
import type { BatchReport } from '../training/options.ts';
import type { EpochReport } from '../training/position.ts';

const LINE_EVERY_MS = 5000;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What `fit` calls; none of them needs `this`. */
export interface ProgressBar {
  onBatch(report: Omit<BatchReport, 'checkpoint'>): void;
  onEpoch(report: EpochReport): void;
  onEnd(): void;
}

/** Where it is shown: a terminal, a file, a pipe. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how a training gets on: `fit(net, data, { ..., ...(await progressBar()) })`. On a terminal it is a live bar for each epoch,
 * drawn by the package cli-progress, which has to be installed; elsewhere, as in a CI log, a line every 5 seconds and after each epoch.
 *
 * @param stream default process.stdout
 * @throws (rejects with) ConvasmError without cli-progress on a terminal
 */
export async function progressBar(stream: ProgressStream = process.stdout): Promise<ProgressBar> {
  return stream.isTTY ? bars(stream, await loadCliProgress()) : lines(stream);
}

async function loadCliProgress(): Promise<typeof SingleBar> {
  const failed = (cause: unknown): never => {
    const message = "progressBar: on a terminal it needs the package cli-progress: run 'npm install cli-progress'.";
    throw new ConvasmError(message, { cause });
  };
  // The catch tells bundlers that it may be missing.
  const { default: cliProgress } = await import('cli-progress').catch(failed);
  return cliProgress.SingleBar;
}

/** One bar for each epoch; when the epoch is over it stays there with the result. */
function bars(stream: ProgressStream, Bar: typeof SingleBar): ProgressBar {
  const bar = new Bar({
    // Types that name Node's would ask every user for @types/node.
    stream: stream as NodeJS.WritableStream,
    format: '  {epoch} {bar} {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // The texts beside it need up to 70 columns.
    barsize: Math.min(Math.max((stream.columns ?? 80) - 72, 8), 40),
  });
  let shown: Pick<BatchReport, 'epoch' | 'batch'> | null = null;
  // The bar turns the terminal's line wrapping off. Wherever the process ends, it has to be turned on again.
  const stop = () => {
    shown = null;
    bar.stop();
    process.off('exit', stop);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // Another listener decides what becomes of the process.
    if (process.listenerCount(signal) > 1) return;
    stop();
    process.kill(process.pid, signal);
  };
  return {
    onBatch(report) {
      if (!shown) {
        bar.start(report.batches, 0, { epoch: title(report), text: '' });
        process.on('exit', stop);
        for (const signal of SIGNALS) process.on(signal, onSignal);
      }
      shown = report;
      bar.update(report.batch, { text: describe(report) });
    },
    onEpoch(report) {
      // None where the epoch's last batch was before a resume.
      if (!shown) return;
      bar.update(shown.batch, { text: describeEpoch(report) });
      stop();
    },
    onEnd() {
      if (shown) stop();
    },
  };
}

function lines(stream: ProgressStream): ProgressBar {
  let last = performance.now();
  let epochs: number | undefined;
  const write = (epoch: number, text: string) => {
    last = performance.now();
    stream.write(`  ${title({ epoch, epochs })} ${text}\n`);
  };
  return {
    onBatch(report) {
      epochs = report.epochs;
      if (performance.now() - last > LINE_EVERY_MS) write(report.epoch, describe(report));
    },
    onEpoch(report) {
      write(report.epoch, describeEpoch(report));
    },
    onEnd() {},
  };
}

function title({ epoch, epochs }: { epoch: number; epochs?: number | undefined }): string {
  return epochs === undefined ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
}

function describe({ samplesPerSecond, secondsLeft, ...means }: Omit<BatchReport, 'checkpoint'>): string {
  return `${describeSpeed(samplesPerSecond)}  ${describeMeans(means)}  ${formatTime(secondsLeft)} left`;
}

function describeEpoch({ samplesPerSecond, validation, ...means }: EpochReport): string {
  const measured = validation ? `  validation: ${describeMeans(validation)}` : '';
  return `${describeSpeed(samplesPerSecond)}  ${describeMeans(means)}${measured}`;
}

function describeSpeed(samplesPerSecond: number): string {
  return `${Math.round(samplesPerSecond).toLocaleString('en')} samples/s`;
}

function describeMeans({ loss, accuracy }: { readonly loss: number; readonly accuracy?: number }): string {
  return `loss ${loss.toFixed(3)}${accuracy === undefined ? '' : `  accuracy ${(100 * accuracy).toFixed(1)} %`}`;
}

function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
