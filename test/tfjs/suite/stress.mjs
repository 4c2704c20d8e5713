/**
 * Makes an allocator as unkind as it may be: each allocation grows the memory (which detaches all views), and freed blocks are
 * filled with NaN.
 *
 * @param {import('../../../src/runtime/runtime.ts').Runtime} runtime
 */
export function stress({ allocator, memory }) {
  const allocate = allocator.allocate.bind(allocator);
  const release = allocator.release.bind(allocator);
  let grown = 0;
  allocator.allocate = bytes => {
    // Every allocation while there is room (1 GiB); pages are only reserved, not touched.
    if (grown++ < 16000) memory.memory.grow(1);
    return allocate(bytes);
  };
  allocator.release = block => {
    new Uint8Array(memory.buffer, block.address, block.size).fill(0xff);
    release(block);
  };
}
