import { UnsupportedEngineError } from '../errors.ts';
import { ABI_VERSION } from './abi.ts';

export type Variant = 'relaxed' | 'simd';

/** One ES module per binary (deflated, in base64), loaded when it is asked for; a bundler splits them without configuration. */
const BINARIES = {
  relaxed: () => import('../wasm/relaxed.ts'),
  simd: () => import('../wasm/simd.ts'),
} as const;

/** Flags of a memory's limits: with a maximum, and shared. */
const SHARED_MEMORY = 3;

/**
 * The bytes of a binary that travels inside the package. One for shared memory differs in a single byte, the kind of memory that it
 * imports: kernels know nothing of threads.
 */
export async function loadBinary(variant: Variant, shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const { default: base64, memoryKind } = await BINARIES[variant]();
  const inflated = new Blob([decodeBase64(base64)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  if (shared) bytes[memoryKind] = SHARED_MEMORY;
  return bytes;
}

/**
 * Compiles bytes that the engine has validated.
 *
 * @throws UnsupportedEngineError where a policy forbids compiling, naming what would allow it.
 */
export async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    // Valid bytes that may not be compiled: a Content-Security-Policy, or a host such as workerd.
    throw new UnsupportedEngineError(
      "WebAssembly may not be compiled here. On a page add 'wasm-unsafe-eval' to the script-src of its Content-Security-Policy; " +
        'on a host that forbids it pass a compiled module: init({ module }).',
      { cause },
    );
  }
}

/**
 * Which variant an instance is.
 *
 * @throws UnsupportedEngineError where it is not one of this version of convasm
 */
export function variantOf(exports: WebAssembly.Exports): Variant {
  const { abi } = exports;
  const value = typeof abi === 'function' ? Number(abi()) : 0;
  if (value >> 1 !== ABI_VERSION) {
    throw new UnsupportedEngineError(
      `The module given to init({ module }) is not one of this version of convasm (it says ${value >> 1}, this is ${ABI_VERSION}).`,
    );
  }
  return value & 1 ? 'relaxed' : 'simd';
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as typeof Uint8Array & { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  if (native.fromBase64) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
