import type { WriteStream } from 'node:tty';

/** A line on a terminal that is written again and again; silent where `stream` is a file or a pipe. */
export function progressLine(stream: WriteStream): { show(text: string): void; clear(): void } {
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
  };
  return { show: text => write(text.slice(0, Math.max(0, stream.columns - 1))), clear: () => write('') };
}
