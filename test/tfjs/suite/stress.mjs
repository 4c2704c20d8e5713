/** How often the memory grows by a page. After that it grows by none, which detaches its views as well, and does not make V8 look after ever larger buffers. */
const PAGES = 100;

/**
 * Makes an allocator as unkind as it may be: each allocation grows the memory (which detaches all views), and freed blocks are
 * filled with NaN.
 *
 * @param {import('../../../src/runtime/runtime.ts').Runtime} runtime
 * @returns counts that go on: allocations, and those after which the memory had another buffer
 */
export function stress({ allocator, memory }) {
  const allocate = allocator.allocate.bind(allocator);
  const release = allocator.release.bind(allocator);
  const counts = { allocations: 0, detached: 0 };
  allocator.allocate = bytes => {
    const { buffer } = memory.memory;
    memory.memory.grow(counts.allocations++ < PAGES ? 1 : 0);
    counts.detached += memory.memory.buffer !== buffer;
    return allocate(bytes);
  };
  allocator.release = block => {
    new Uint8Array(memory.buffer, block.address, block.size).fill(0xff);
    release(block);
  };
  return counts;
}
