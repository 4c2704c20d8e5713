import type { LinearMemory } from './memory.ts';

/** Every block starts on a cache line and is whole lines long. */
export const ALIGNMENT = 64;

/** A block of linear memory; `size` is what was asked, rounded up to whole lines. */
export interface Block {
  readonly address: number;
  readonly size: number;
}

/** A block, free or not, in the chain of all blocks in order of their addresses. */
class Span implements Block {
  address: number;
  size: number;
  free = false;
  before: Span | null = null;
  after: Span | null = null;
  /** Neighbours in the free list of its class. */
  previousFree: Span | null = null;
  nextFree: Span | null = null;

  constructor(address: number, size: number) {
    this.address = address;
    this.size = size;
  }
}

/** Bytes of the largest memory there is; the class of what is larger is no number. */
const MOST = 2 ** 32 - 1;
/** Classes per power of two: the first block of the next class is at most a quarter larger than was asked. */
const STEPS = 4;
/** How many blocks of its own class a request looks at: a loop that frees and asks for the same sizes finds its own again. */
const TRIES = 16;

/**
 * Hands out blocks of a linear memory: free lists by size class, first fit in the request's own class, else the first block of a
 * class that surely fits; the rest is split off, neighbours merge when they come back. Constant time but for growth. Book-keeping is on
 * the host's side, so a stray
 * write in linear memory cannot damage it, and `release` of something else than a live block throws.
 */
export class Allocator {
  /** Bytes in blocks that are handed out. */
  used = 0;
  readonly #memory: LinearMemory;
  readonly #lists: (Span | null)[] = [];
  #last: Span | null = null;
  /** First byte never handed out. */
  #end: number;

  constructor(memory: LinearMemory, start: number) {
    this.#memory = memory;
    this.#end = roundUp(start);
  }

  /**
   * A block of at least `bytes`; its contents are whatever was there.
   *
   * @throws OutOfMemoryError when the memory cannot grow; nothing has changed then.
   */
  allocate(bytes: number): Block {
    const size = Math.max(roundUp(bytes), ALIGNMENT);
    const span = this.#takeFree(size) ?? this.#extend(size);
    this.used += span.size;
    return span;
  }

  /** Gives a block back. */
  release(block: Block): void {
    const span = block as Span;
    if (!(span instanceof Span) || span.free)
      throw new Error(`convasm: released a block that is not in use (${block.address}).`);
    this.used -= span.size;
    let whole = span;
    if (span.before?.free) whole = this.#merge(span.before, span);
    if (whole.after?.free) whole = this.#merge(whole, whole.after);
    this.#insertFree(whole);
  }

  #takeFree(size: number): Span | null {
    if (size > MOST) return null;
    const own = classOf(size);
    let span = this.#lists[own] ?? null;
    for (let i = 0; i < TRIES && span && span.size < size; i++) span = span.nextFree;
    if (!span || span.size < size) {
      span = null;
      for (let i = own + 1; i < this.#lists.length && !span; i++) span = this.#lists[i] ?? null;
    }
    if (!span) return null;
    this.#removeFree(span);
    this.#split(span, size);
    return span;
  }

  /** A block at the end of what is used, of which a free last block is made a part. */
  #extend(size: number): Span {
    const last = this.#last?.free ? this.#last : null;
    const start = last ? last.address : this.#end;
    this.#memory.growTo(start + size, size, this.used);
    this.#end = start + Math.max(size, last?.size ?? 0);
    if (last) {
      this.#removeFree(last);
      if (last.size < size) last.size = size;
      else this.#split(last, size);
      return last;
    }
    const span = new Span(start, size);
    span.before = this.#last;
    if (this.#last) this.#last.after = span;
    this.#last = span;
    return span;
  }

  /** Cuts what is over `size` off a block that is not in a list, and puts it into one. */
  #split(span: Span, size: number): void {
    const rest = span.size - size;
    if (rest < ALIGNMENT) return;
    const tail = new Span(span.address + size, rest);
    span.size = size;
    tail.before = span;
    tail.after = span.after;
    if (tail.after) tail.after.before = tail;
    else this.#last = tail;
    span.after = tail;
    this.#insertFree(tail);
  }

  /** Joins two neighbours, of which the free ones leave their lists. */
  #merge(first: Span, second: Span): Span {
    if (first.free) this.#removeFree(first);
    if (second.free) this.#removeFree(second);
    first.size += second.size;
    first.after = second.after;
    if (first.after) first.after.before = first;
    else this.#last = first;
    // The one that is gone must not pass for a live block.
    second.free = true;
    return first;
  }

  #insertFree(span: Span): void {
    const index = classOf(span.size);
    while (this.#lists.length <= index) this.#lists.push(null);
    const head = this.#lists[index] ?? null;
    span.free = true;
    span.previousFree = null;
    span.nextFree = head;
    if (head) head.previousFree = span;
    this.#lists[index] = span;
  }

  #removeFree(span: Span): void {
    if (span.previousFree) span.previousFree.nextFree = span.nextFree;
    else this.#lists[classOf(span.size)] = span.nextFree;
    if (span.nextFree) span.nextFree.previousFree = span.previousFree;
    span.free = false;
    span.previousFree = null;
    span.nextFree = null;
  }
}

export function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The class whose list a free block of `size` stands in: its power of two and the quarter above it, rounded down. */
function classOf(size: number): number {
  const power = 31 - Math.clz32(size);
  return (power - 6) * STEPS + ((size >>> (power - 2)) & (STEPS - 1));
}
