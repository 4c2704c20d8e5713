import { runtime } from '../../src/runtime/init.ts';

/** Rows of the micro-kernel's tile that this binary has: the plain one has no tile of 6. */
export const tiles: readonly (4 | 6)[] = runtime().variant === 'simd' ? [4] : [4, 6];

/** Runs `fn` with a tile of `rows` rows, whatever the engine would have chosen. */
export function withTile<R>(rows: 4 | 6, fn: () => R): R {
  const settings = runtime() as { tile: 4 | 6 };
  const chosen = settings.tile;
  settings.tile = rows;
  try {
    return fn();
  } finally {
    settings.tile = chosen;
  }
}
