import { ArgumentError, NotInitializedError, UnsupportedEngineError } from '../errors.ts';
import { compile, loadBinary, readAbi, type Variant } from './binaries.ts';
import { LinearMemory } from './memory.ts';
import { Runtime } from './runtime.ts';
import { warmUp } from './warmUp.ts';

const PAGE = 65536;
const INITIAL_PAGES = 16;
const MAX_MEMORY = 2 ** 32;

export interface InitOptions {
  /** Threads to compute with. Default 'auto'. This version computes on one and says so in `runtimeInfo().threadsOff`. */
  threads?: number | 'auto';
  /** Which binary: 'relaxed' needs relaxed SIMD. Default 'auto': relaxed where the engine really fuses multiply-add, else simd. */
  variant?: 'auto' | Variant;
  /** Bytes that the linear memory may grow to, 1 MiB to 4 GiB. Default 4 GiB. */
  maxMemory?: number;
  /** Whether 3x3 convolutions may use Winograd's algorithm (see docs/numerics.md); false: exact sums everywhere. Default true. */
  winograd?: boolean;
  /** One of convasm's binaries, compiled by the caller, for places that forbid compiling. Then `variant` is not looked at. */
  module?: WebAssembly.Module;
}

export interface RuntimeInfo {
  readonly variant: Variant;
  readonly threads: number;
  /** Why there is only one thread; absent with more. */
  readonly threadsOff?: string;
  /** Bytes: handed out to tensors and scratch, reserved from the engine, allowed. */
  readonly memory: { readonly used: number; readonly reserved: number; readonly max: number };
}

let current: Runtime | null = null;
let starting: Promise<Runtime> | null = null;

/**
 * Loads the binary that suits the engine. Call it once, before anything else; after it everything is synchronous. Further calls
 * wait for the first and change nothing; after a failure the next call tries again.
 *
 * @throws ArgumentError for a bad option, UnsupportedEngineError where no binary can run.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions(options);
  starting ??= start(options);
  try {
    const started = await starting;
    if (!current) warmUp(started);
    current = started;
  } catch (error) {
    starting = null;
    throw error;
  }
}

/** What runs: the variant, its threads and its memory. */
export function runtimeInfo(): RuntimeInfo {
  const { variant, threads, threadsOff, memory, allocator } = runtime();
  return {
    variant,
    threads,
    threadsOff,
    memory: { used: allocator.used, reserved: memory.size, max: memory.max },
  };
}

/** The runtime that `init` made. */
export function runtime(): Runtime {
  if (!current) throw new NotInitializedError();
  return current;
}

async function start(options: InitOptions): Promise<Runtime> {
  const maxMemory = Math.floor((options.maxMemory ?? MAX_MEMORY) / PAGE) * PAGE;
  if (typeof WebAssembly !== 'object') throw new UnsupportedEngineError('This engine has no WebAssembly.');
  const settings = { maxMemory, winograd: options.winograd ?? true };
  if (options.module) return instantiate(options.module, settings).runtime;
  const wanted = options.variant ?? 'auto';
  const order: Variant[] = wanted === 'auto' ? ['relaxed', 'simd'] : [wanted];
  for (const variant of order) {
    const bytes = await loadBinary(variant);
    if (!WebAssembly.validate(bytes)) continue;
    const { runtime, fuses } = instantiate(await compile(bytes), settings);
    // Relaxed SIMD that multiplies and adds apart (Bun) has nothing to give over the plain binary.
    if (fuses || wanted !== 'auto' || variant === 'simd') return runtime;
  }
  throw new UnsupportedEngineError(
    wanted === 'relaxed'
      ? "This engine has no relaxed SIMD; use init({ variant: 'auto' })."
      : 'This engine has no WebAssembly SIMD (Node >= 16.4, Chrome >= 91, Firefox >= 89, Safari >= 16.4 have it).',
  );
}

function instantiate(
  module: WebAssembly.Module,
  { maxMemory, winograd }: { maxMemory: number; winograd: boolean },
): { runtime: Runtime; fuses: boolean } {
  const connect = (shared: boolean) => {
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: maxMemory / PAGE, shared });
    return { memory, instance: new WebAssembly.Instance(module, { env: { memory } }) };
  };
  let connected: ReturnType<typeof connect>;
  try {
    connected = connect(false);
  } catch (error) {
    // A binary with threads wants a shared memory, and nothing but a try tells which one a module wants.
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    connected = connect(true);
  }
  const { exports } = connected.instance;
  const abi = readAbi(exports);
  const runtime = new Runtime(connected.instance, abi, new LinearMemory(connected.memory, maxMemory), winograd);
  return { runtime, fuses: (exports.fusesMultiplyAdd as () => number)() === 1 };
}

function checkOptions({
  threads = 'auto',
  variant = 'auto',
  maxMemory = MAX_MEMORY,
  module,
  winograd,
}: InitOptions): void {
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1)) {
    throw new ArgumentError('threads', threads, "'auto' or a whole number of at least 1");
  }
  if (!['auto', 'relaxed', 'simd'].includes(variant)) {
    throw new ArgumentError('variant', variant, "'auto', 'relaxed' or 'simd'");
  }
  if (!(typeof maxMemory === 'number' && maxMemory >= INITIAL_PAGES * PAGE && maxMemory <= MAX_MEMORY)) {
    throw new ArgumentError('maxMemory', maxMemory, `a number of bytes from ${INITIAL_PAGES * PAGE} to ${MAX_MEMORY}`);
  }
  if (winograd !== undefined && typeof winograd !== 'boolean')
    throw new ArgumentError('winograd', winograd, 'true or false');
  if (module !== undefined && !(module instanceof WebAssembly.Module)) {
    throw new ArgumentError('module', module, 'a WebAssembly.Module');
  }
}
