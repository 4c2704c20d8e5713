import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutOfMemoryError } from '../../src/errors.ts';
import { ALIGNMENT, Allocator, type Block } from '../../src/runtime/allocator.ts';
import { LinearMemory } from '../../src/runtime/memory.ts';
import { seed } from '../seed.ts';

const PAGE = 65536;

function make(maxPages: number): { allocator: Allocator; memory: LinearMemory } {
  const memory = new LinearMemory(new WebAssembly.Memory({ initial: 1, maximum: maxPages }), maxPages * PAGE);
  return { allocator: new Allocator(memory, 100), memory };
}

describe('Allocator', () => {
  it('aligns blocks to cache lines and rounds their sizes up to whole ones', () => {
    const { allocator } = make(4);
    for (const bytes of [0, 1, 63, 64, 65, 1000]) {
      const block = allocator.allocate(bytes);
      expect(block.address % ALIGNMENT).toBe(0);
      expect(block.address).toBeGreaterThanOrEqual(100);
      expect(block.size).toBe(Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT));
    }
  });

  it('gives a released block to the next request of its size, whatever lies around it', () => {
    const { allocator, memory } = make(64);
    for (const bytes of [64, 320, 448, 1000, 5000, 70_000, 100_000]) {
      const block = allocator.allocate(bytes);
      const neighbour = allocator.allocate(64);
      const { address } = block;
      allocator.release(block);
      const again = allocator.allocate(bytes);
      expect(again.address).toBe(address);
      allocator.release(neighbour);
      allocator.release(again);
    }
    expect(allocator.used).toBe(0);
    expect(memory.size).toBeLessThan(4 * PAGE);
  });

  it('merges neighbours, so that all memory is one block again when everything is back', () => {
    const { allocator, memory } = make(16);
    const blocks = Array.from({ length: 100 }, (_, i) => allocator.allocate(64 * (1 + (i % 7))));
    const size = memory.size;
    for (const i of [...blocks.keys()].sort((a, b) => ((a * 37) % 100) - ((b * 37) % 100)))
      allocator.release(blocks[i] as Block);
    expect(allocator.used).toBe(0);
    const total = blocks.length * 64;
    expect(allocator.allocate(total).address).toBe(128);
    expect(memory.size).toBe(size);
  });

  it('throws OutOfMemoryError with what was asked, used and allowed, and goes on as before', () => {
    const { allocator, memory } = make(2);
    const block = allocator.allocate(1000);
    const attempt = () => allocator.allocate(3 * PAGE);
    expect(attempt).toThrow(OutOfMemoryError);
    try {
      attempt();
    } catch (error) {
      expect(error).toMatchObject({ requested: 3 * PAGE, used: block.size, allowed: 2 * PAGE });
      expect((error as Error).message).toMatch(/196608 bytes asked, 1024 in use, 131072 allowed/);
    }
    expect(memory.size).toBe(PAGE);
    expect(allocator.used).toBe(block.size);
    expect(allocator.allocate(64).address).toBe(block.address + block.size);
  });

  it('refuses a block that is not in use', () => {
    const { allocator } = make(2);
    const first = allocator.allocate(64);
    const second = allocator.allocate(64);
    allocator.release(second);
    allocator.release(first);
    for (const block of [first, second, { address: 128, size: 64 }]) {
      expect(() => allocator.release(block)).toThrow(/not in use/);
    }
  });

  it('never lets live blocks overlap, over random sequences', () => {
    const step = fc.record({ bytes: fc.integer({ min: 0, max: 40_000 }), release: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const { allocator, memory } = make(64);
        const live: Block[] = [];
        for (const { bytes, release } of steps) {
          if (release % 3 === 0 && live.length > 0)
            allocator.release(live.splice(release % live.length, 1)[0] as Block);
          else live.push(allocator.allocate(bytes));
        }
        const sorted = [...live].sort((a, b) => a.address - b.address);
        for (const [i, block] of sorted.entries()) {
          const next = sorted[i + 1]?.address ?? memory.size;
          expect(block.address + block.size).toBeLessThanOrEqual(next);
        }
        expect(allocator.used).toBe(live.reduce((sum, block) => sum + block.size, 0));
        for (const block of live) allocator.release(block);
        expect(allocator.used).toBe(0);
      }),
      { seed, numRuns: 100 },
    );
  });
});
