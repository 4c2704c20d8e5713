import { OutOfMemoryError } from '../errors.ts';

const PAGE = 65536;
/** Bytes of address space that are asked for, and with how few it can be content. */
const MOST = 2 ** 32;
const LEAST = 2 ** 26;

/**
 * The linear memory, and typed-array views of the whole of it. Growth detaches the views of an unshared memory (and leaves those
 * of a shared one too short), so views are asked for each time and never kept.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes that the memory may grow to. */
  readonly max: number;
  #buffer: ArrayBufferLike;
  #i32!: Int32Array;
  #f32!: Float32Array;
  #f64!: Float64Array;

  constructor(memory: WebAssembly.Memory, max: number) {
    this.memory = memory;
    this.max = max;
    this.#buffer = memory.buffer;
    this.#makeViews();
  }

  /**
   * @param maximum bytes that it may grow to. By default 4 GiB, or half of that and so on where the engine does not give so much
   *   address space (a shared memory takes all of it at once)
   * @throws OutOfMemoryError
   */
  static create({
    initial,
    maximum,
    shared,
  }: {
    initial: number;
    maximum: number | undefined;
    shared: boolean;
  }): LinearMemory {
    for (let max = Math.floor((maximum ?? MOST) / PAGE) * PAGE; ; max /= 2) {
      try {
        const memory = new WebAssembly.Memory({ initial: initial / PAGE, maximum: max / PAGE, shared });
        return new LinearMemory(memory, max);
      } catch {
        // V8 throws a RangeError, Firefox "out of memory", which is none.
        if (maximum !== undefined || max <= LEAST) throw new OutOfMemoryError(max, 0, 0);
      }
    }
  }

  /** Bytes reserved from the engine. */
  get size(): number {
    return this.#current().byteLength;
  }

  get i32(): Int32Array {
    if (this.#i32.length === 0) this.#current();
    return this.#i32;
  }

  get f32(): Float32Array {
    if (this.#f32.length === 0) this.#current();
    return this.#f32;
  }

  get f64(): Float64Array {
    if (this.#f64.length === 0) this.#current();
    return this.#f64;
  }

  /** The buffer behind the views; another object after each growth. */
  get buffer(): ArrayBufferLike {
    return this.#current();
  }

  /**
   * Makes the memory at least `needed` bytes long, half as much again as it is if the engine allows.
   *
   * @throws OutOfMemoryError with `requested` and `used` as given; the memory is then as it was.
   */
  growTo(needed: number, requested: number, used: number): void {
    const size = this.size;
    if (needed <= size) return;
    if (needed > this.max) throw new OutOfMemoryError(requested, used, this.max);
    const generous = Math.min(this.max, Math.max(needed, size * 1.5));
    if (!this.#tryGrow(pagesOf(generous) - size / PAGE) && !this.#tryGrow(pagesOf(needed) - size / PAGE)) {
      throw new OutOfMemoryError(requested, used, size);
    }
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
    } catch {
      return false; // The engine's RangeError: no room, or over the maximum.
    }
    this.#current();
    return true;
  }

  /** Asks the engine, which takes as long as writing a struct: views see by their length that an unshared memory has grown. */
  #current(): ArrayBufferLike {
    const buffer = this.memory.buffer;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#makeViews();
    }
    return buffer;
  }

  #makeViews(): void {
    this.#i32 = new Int32Array(this.#buffer);
    this.#f32 = new Float32Array(this.#buffer);
    this.#f64 = new Float64Array(this.#buffer);
  }
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE);
}
