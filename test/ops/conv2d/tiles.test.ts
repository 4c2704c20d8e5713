import { describe, expect, it } from 'vitest';
import { scope } from '../../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../src/ops/index.ts';
import { runtime } from '../../../src/runtime/init.ts';
import { made, read } from '../../helpers/tensors.ts';
import { withTile } from '../../helpers/tile.ts';
import { random } from '../../helpers/values.ts';

const shapes = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 24, 25, 47, 48, 49].flatMap(width =>
  [1, 7, 8, 9, 16].map(channels => ({ width, channels })),
);

describe('tiles of the micro-kernel', () => {
  const cases = (['float32', 'float64'] as const).flatMap(dtype =>
    (['direct', 'winograd2', 'winograd4'] as const).map(algorithm => [dtype, algorithm] as const),
  );
  it.skipIf(runtime().variant === 'simd').each(cases)(
    '4 and 6 rows give the same bits, %s %s (the plain binary has the tile of 4 only, it is left out there)',
    (dtype, algorithm) => {
      for (const { width, channels } of shapes) {
        scope(() => {
          const x = made(random([2, channels, 3, width], 1), dtype);
          const w = made(random([channels + 1, channels, 3, 3], 2), dtype);
          // Not 'planar', whose odd channels have a tile with an order of its own.
          const options = { padding: 1, algorithm } as const;
          const dy = conv2d(x, w, null, options);
          const all = () =>
            scope(() => [
              read(conv2d(x, w, null, options)),
              read(conv2dInputGrad(dy, w, x.shape, options)),
              read(conv2dFilterGrad(x, dy, w.shape, options)),
            ]);
          expect(withTile(6, all), `${channels} channels, width ${width}`).toEqual(withTile(4, all));
        });
      }
    },
  );
});
