import { checkSeed, hash, randomFrom } from '../random.ts';
import { checkWhole } from './checks.ts';

/**
 * The numbers 0 to length - 1 in random order: Fisher and Yates' shuffle with xoshiro128**, started from a hash of seed and epoch.
 * The same on every engine.
 *
 * @param seed a whole number
 * @param epoch counted from 0: each has an order of its own
 * @throws ArgumentError
 */
export function shuffled(length: number, seed: number, epoch: number): Uint32Array {
  checkWhole('length', length, 0, 2 ** 32 - 1);
  checkSeed('seed', seed);
  checkWhole('epoch', epoch, 0);
  const random = randomFrom(hash(seed, epoch));
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}
