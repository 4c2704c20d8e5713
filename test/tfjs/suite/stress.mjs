const PAGE = 65536;
/** Bytes that are left to the specs. */
const SPARED = 2 ** 30;

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
  let room = (memory.max - SPARED) / PAGE;
  allocator.allocate = bytes => {
    const { buffer } = memory.memory;
    // A page each time while there is room; they are only reserved, not touched. After that growth by nothing, which detaches, too.
    if (room > 0) room -= memory.memory.grow(1) >= 0;
    else memory.memory.grow(0);
    counts.allocations++;
    counts.detached += memory.memory.buffer !== buffer;
    return allocate(bytes);
  };
  allocator.release = block => {
    new Uint8Array(memory.buffer, block.address, block.size).fill(0xff);
    release(block);
  };
  return counts;
}
