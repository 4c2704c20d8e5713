// Imported before a program that instantiates WebAssembly in a worker: the first time that an instance computes, the worker says so.
const port = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? globalThis;

const { Instance } = WebAssembly;
let told = false;

/** An instance whose kernels tell that they are called. */
WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new Instance(module, imports);
    this.exports = Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, telling(value)]));
  }
};

function telling(value) {
  if (typeof value !== 'function') return value;
  return (...args) => {
    if (!told) port.postMessage({ computed: true });
    told = true;
    return value(...args);
  };
}
