import { runtime } from '../../src/runtime/init.ts';

/**
 * Runs `fn` with memory as unkind as it may be: each allocation detaches all views, as growing does, and blocks that are given back
 * are filled with NaN.
 */
export function withUnkindMemory<R>(fn: () => R): R {
  const { allocator, memory } = runtime();
  const { allocate, release } = allocator;
  allocator.allocate = bytes => {
    memory.memory.grow(0);
    return allocate.call(allocator, bytes);
  };
  allocator.release = block => {
    release.call(allocator, block);
    // After the guards around it have been looked at.
    new Uint8Array(memory.buffer, block.address, block.size).fill(0xff);
  };
  try {
    return fn();
  } finally {
    Object.assign(allocator, { allocate, release });
  }
}
