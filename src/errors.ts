/** Every error that a user of convasm can meet. All are `ConvasmError`; the name of the class tells what happened. */
export class ConvasmError extends Error {
  // Spelt out in each class: bundlers rename classes, and people search for what they read.
  override name = 'ConvasmError';
}

/** Something was called before `await init()`. */
export class NotInitializedError extends ConvasmError {
  override name = 'NotInitializedError';
  constructor() {
    super('convasm is not initialised: call `await init()` once, before anything else.');
  }
}

/** The engine cannot run any of the binaries, or may not compile them, or the given module is not convasm's. */
export class UnsupportedEngineError extends ConvasmError {
  override name = 'UnsupportedEngineError';
}

/** The linear memory cannot grow by what was asked. Every tensor is as it was before. Figures in bytes. */
export class OutOfMemoryError extends ConvasmError {
  override name = 'OutOfMemoryError';
  readonly requested: number;
  readonly used: number;
  readonly allowed: number;

  constructor(requested: number, used: number, allowed: number) {
    super(
      `Out of memory: ${requested} bytes asked, ${used} in use, ${allowed} allowed. ` +
        'Dispose of tensors (or use scope()), use smaller batches, or raise init({ maxMemory }).',
    );
    this.requested = requested;
    this.used = used;
    this.allowed = allowed;
  }
}

/**
 * Threads were lost in the middle of a call: a worker ended, or stopped answering. What the call was writing must not be used: its
 * `out`, and after an optimizer's step the parameters, of which some blocks have been stepped and others not (go back to a copy of
 * them). All else is as it was, and the runtime goes on with the threads that are left.
 */
export class ThreadError extends ConvasmError {
  override name = 'ThreadError';
  /** Threads that are left, the caller included. */
  readonly threads: number;

  constructor(message: string, threads: number) {
    super(message);
    this.threads = threads;
  }
}

/** A tensor or layer was used, or disposed of again, after `dispose()` (or after the scope that owned it had ended). */
export class DisposedError extends ConvasmError {
  override name = 'DisposedError';
}

/** An argument is not a tensor of this copy of convasm. */
export class ForeignTensorError extends ConvasmError {
  override name = 'ForeignTensorError';
}

/** Something was called in the wrong order, such as `backward` before `forward`. */
export class StateError extends ConvasmError {
  override name = 'StateError';
}

/** An argument has a value that is not allowed. */
export class ArgumentError extends ConvasmError {
  override name = 'ArgumentError';
  /** Name of the argument or option. */
  readonly argument: string;
  /** What was given. */
  readonly value: unknown;
  /** What would have been allowed, in words. */
  readonly allowed: string;

  constructor(argument: string, value: unknown, allowed: string) {
    super(`${argument}: got ${show(value)}, expected ${allowed}.`);
    this.argument = argument;
    this.value = value;
    this.allowed = allowed;
  }
}

/** A tensor has the wrong shape, or shapes do not fit together. */
export class ShapeError extends ArgumentError {
  override name = 'ShapeError';
}

/** A tensor has the wrong element type. */
export class DTypeError extends ArgumentError {
  override name = 'DTypeError';
}

/** The loss, or the norm of the gradients, is no longer a finite number. The parameters are as they were before that step. */
export class DivergedError extends ConvasmError {
  override name = 'DivergedError';
  /** Counted from 1. */
  readonly epoch: number;
  /** Of the epoch, counted from 1. */
  readonly batch: number;
  readonly learningRate: number;

  constructor(what: string, value: number, at: { epoch: number; batch: number; learningRate: number }) {
    super(
      `${what} is ${value} in batch ${at.batch} of epoch ${at.epoch}, at the learning rate ${at.learningRate}: training has diverged. ` +
        'A smaller learning rate, warmUp(), clipNorm or inputs of a smaller scale help; inputs that hold NaN do this, too.',
    );
    this.epoch = at.epoch;
    this.batch = at.batch;
    this.learningRate = at.learningRate;
  }
}

/** Data from outside (a file) is malformed; the message names the source. */
export class DataFormatError extends ConvasmError {
  override name = 'DataFormatError';
  readonly source: string;

  constructor(message: string, source: string) {
    super(`${source}: ${message}`);
    this.source = source;
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no prototype'})`;
  return String(value);
}
