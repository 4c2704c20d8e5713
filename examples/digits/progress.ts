import { SingleBar } from 'cli-progress';
import type { EpochResult, Progress, TrainingListener } from './train.ts';

const LINE_EVERY_MS = 5000;

/** Shows how a training gets on: as a live bar on a terminal, as a line now and then elsewhere (a file, a CI log). */
export function progressDisplay(stream: NodeJS.WriteStream, epochs: number): Required<TrainingListener> {
  return stream.isTTY ? new ProgressBar(stream, epochs) : new ProgressLines(stream, epochs);
}

/** One bar for each epoch; when the epoch is over it stays there with the result. */
class ProgressBar implements Required<TrainingListener> {
  readonly #epochs: number;
  readonly #bar: SingleBar;
  // The bar turns the terminal's line wrapping off. Wherever the process ends, it has to be turned on again.
  readonly #stop = () => this.#bar.stop();

  constructor(stream: NodeJS.WriteStream, epochs: number) {
    this.#epochs = epochs;
    this.#bar = new SingleBar({
      stream,
      format: '  {epoch} {bar} {text}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      // The texts beside it need up to 70 columns.
      barsize: Math.min(Math.max(stream.columns - 72, 8), 40),
    });
    process.on('exit', this.#stop);
  }

  epochStart(epoch: number, steps: number): void {
    this.#bar.start(steps, 0, { epoch: `epoch ${epoch}/${this.#epochs}`, text: '' });
  }

  step(progress: Progress): void {
    this.#bar.update(progress.step, { text: describe(progress) });
  }

  epochEnd(progress: Progress, test: EpochResult): void {
    this.#bar.update(progress.step, { text: describeEnd(progress, test) });
    this.#stop();
  }

  end(): void {
    this.#stop();
    process.off('exit', this.#stop);
  }
}

class ProgressLines implements Required<TrainingListener> {
  readonly #stream: NodeJS.WriteStream;
  readonly #epochs: number;
  #last = performance.now();

  constructor(stream: NodeJS.WriteStream, epochs: number) {
    this.#stream = stream;
    this.#epochs = epochs;
  }

  epochStart(): void {}

  step(progress: Progress): void {
    if (performance.now() - this.#last > LINE_EVERY_MS) this.#write(progress.epoch, describe(progress));
  }

  epochEnd(progress: Progress, test: EpochResult): void {
    this.#write(progress.epoch, describeEnd(progress, test));
  }

  end(): void {}

  #write(epoch: number, text: string): void {
    this.#last = performance.now();
    this.#stream.write(`  epoch ${epoch}/${this.#epochs} ${text}\n`);
  }
}

function describe({ imagesPerSecond, loss, accuracy, secondsLeft }: Progress): string {
  const speed = Math.round(imagesPerSecond).toLocaleString('en');
  const percent = (100 * accuracy).toFixed(1);
  return `${speed} images/s  loss ${loss.toFixed(3)}  accuracy ${percent} %  ${formatTime(secondsLeft)} left`;
}

function describeEnd({ imagesPerSecond, loss }: Progress, test: EpochResult): string {
  const speed = Math.round(imagesPerSecond).toLocaleString('en');
  return `${speed} images/s  loss ${loss.toFixed(3)}  test accuracy ${(100 * test.accuracy).toFixed(2)} %`;
}

function formatTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
