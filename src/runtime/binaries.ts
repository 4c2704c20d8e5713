import { UnsupportedEngineError } from '../errors.ts';
import { ABI_VERSION } from './abi.ts';

export type Variant = 'relaxed' | 'simd';

/** One ES module per binary (deflated, in base64), loaded when it is asked for; a bundler splits them without configuration. */
const BINARIES = {
  relaxed: () => import('../wasm/relaxed.ts'),
  simd: () => import('../wasm/simd.ts'),
} as const;

/** The bytes of a binary that travels inside the package. */
export async function loadBinary(variant: Variant): Promise<Uint8Array<ArrayBuffer>> {
  const deflated = decodeBase64((await BINARIES[variant]()).default);
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
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

export interface Abi {
  readonly variant: Variant;
  readonly sharedMemory: boolean;
}

/** What an instance says of itself. */
export function readAbi(exports: WebAssembly.Exports): Abi {
  const { abi } = exports;
  const value = typeof abi === 'function' ? Number(abi()) : 0;
  if (value >> 2 !== ABI_VERSION) {
    throw new UnsupportedEngineError(
      `The module given to init({ module }) is not one of this version of convasm (it says ${value >> 2}, this is ${ABI_VERSION}).`,
    );
  }
  return { variant: value & 1 ? 'relaxed' : 'simd', sharedMemory: (value & 2) !== 0 };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as typeof Uint8Array & { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  if (native.fromBase64) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
