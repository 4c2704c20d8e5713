// The public API in workerd (Cloudflare Workers), chosen by the export condition of that name. Compiling is forbidden there, and a
// binary has to be a module of the deployment: so both are imported, and init takes one of them.

import relaxed from './relaxed.wasm';
import * as start from './runtime/init.ts';
import simd from './simd.wasm';

export * from './index.ts';

/**
 * `init` as elsewhere, on one thread: Workers have no more.
 *
 * @throws ArgumentError for a bad option
 */
export async function init(options: start.InitOptions = {}): Promise<void> {
  await start.init({ ...options, module: options.module ?? moduleFor(options.variant) });
}

function moduleFor(variant: start.InitOptions['variant'] = 'auto'): WebAssembly.Module {
  return variant === 'simd' || (variant === 'auto' && !fusesMultiplyAdd()) ? simd : relaxed;
}

/** Whether relaxed multiply-add rounds once: where it does not, the relaxed binary has nothing to give. */
function fusesMultiplyAdd(): boolean {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(relaxed, { env: { memory } });
  return (exports.fusesMultiplyAdd as () => number)() === 1;
}
