import { ALIGNMENT, type Block } from '../src/runtime/allocator.ts';
import type { Runtime } from '../src/runtime/runtime.ts';

const FENCE = 64;
const PATTERN = 0xa5;

/**
 * Puts a fence of bytes on both sides of every block that the allocator hands out from now on, of exactly the size that was
 * asked, and fills the block itself with NaNs, so that reading what nobody wrote shows. `check` throws if a fence was written to.
 */
export function guardAllocator({ allocator, memory }: Runtime): { check(): void } {
  const live = new Map<Block, { outer: Block; bytes: number }>();
  const allocate = allocator.allocate.bind(allocator);
  const release = allocator.release.bind(allocator);
  const bytesOf = () => new Uint8Array(memory.buffer);

  const verify = (block: Block) => {
    const entry = live.get(block);
    if (!entry) throw new Error('released a block that is not live');
    const bytes = bytesOf();
    const { outer } = entry;
    for (let at = outer.address; at < outer.address + outer.size; at++) {
      const inside = at >= block.address && at < block.address + entry.bytes;
      if (!inside && bytes[at] !== PATTERN) {
        throw new Error(`stray write at ${at - block.address} of a block of ${entry.bytes} bytes`);
      }
    }
  };

  allocator.allocate = asked => {
    const outer = allocate(asked + 2 * FENCE);
    bytesOf().fill(PATTERN, outer.address, outer.address + outer.size);
    const block = { address: outer.address + FENCE, size: Math.ceil(asked / ALIGNMENT) * ALIGNMENT };
    bytesOf().fill(0xff, block.address, block.address + asked);
    live.set(block, { outer, bytes: asked });
    return block;
  };
  allocator.release = block => {
    verify(block);
    const { outer } = live.get(block) as { outer: Block };
    live.delete(block);
    release(outer);
  };
  return { check: () => [...live.keys()].forEach(verify) };
}
