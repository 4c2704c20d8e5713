import { OutOfMemoryError } from '../../src/index.ts';
import { runtime } from '../../src/runtime/init.ts';

/** Runs `fn` with an allocator that has memory for `count` blocks more; of an async function what it does before it first waits. */
export function withMemoryFor<R>(count: number, fn: () => R): R {
  const { allocator } = runtime();
  const { allocate } = allocator;
  let left = count;
  allocator.allocate = bytes => {
    if (left-- === 0) throw new OutOfMemoryError(bytes, 0, 0);
    return allocate.call(allocator, bytes);
  };
  try {
    return fn();
  } finally {
    allocator.allocate = allocate;
  }
}
