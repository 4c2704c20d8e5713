import { BLOCKS, BUSY, NEXT, STEP, statusWord } from './control.ts';

/**
 * Does blocks of the open job until there are none left. Each thread begins with a part of its own, the same part of every job with as
 * many blocks: what it wrote in one kernel it finds in its cache in the next. Then it helps the others with theirs.
 *
 * A worker that the caller has given up in the meantime claims nothing more: by now the words may be those of another job.
 */
export function claimBlocks(
  words: Int32Array,
  slots: number,
  thread: number,
  call: (first: number, last: number) => void,
): void {
  const blocks = words[BLOCKS] as number;
  const step = words[STEP] as number;
  const status = statusWord(thread);
  for (let turn = 0; turn < slots; turn++) {
    const part = (thread + turn) % slots;
    const next = statusWord(part) + NEXT;
    const end = partStart(blocks, slots, part + 1);
    while (thread === 0 || Atomics.load(words, status) === BUSY) {
      const first = Atomics.add(words, next, step);
      if (first >= end) break;
      call(first, Math.min(first + step, end));
    }
  }
}

/** The first block of a thread's part. */
export function partStart(blocks: number, slots: number, thread: number): number {
  return Math.floor((blocks * thread) / slots);
}
