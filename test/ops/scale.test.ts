import { describe, it } from 'vitest';
import { ArgumentError, DisposedError, ForeignTensorError, zeros } from '../../src/index.ts';
import { scale } from '../../src/ops/index.ts';
import { ELEMENTWISE_BLOCK } from '../../src/runtime/abi.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, map, random, rounded } from '../helpers/values.ts';

describe.each(dtypes)('scale in %s', dtype => {
  it.each([0, 0.3, -2])('by %d rounds once, of 1 to 33 elements and around a block', factor => {
    for (const n of [...range(1, 33), ELEMENTWISE_BLOCK - 1, ELEMENTWISE_BLOCK, ELEMENTWISE_BLOCK + 1]) {
      const x = random([n], n, dtype);
      const t = made(x, dtype);
      scale(t, factor);
      expectExactly(
        t,
        map(x, value => rounded(value * rounded(factor, dtype), dtype)),
        `${n} elements`,
      );
    }
  });

  it.each(formats)('leaves a %s tensor its order', format => {
    const x = random([2, 3, 4, 5], 1, dtype);
    const t = made(x, dtype, format);
    scale(t, 0.5);
    expectExactly(
      t,
      map(x, value => value / 2),
    );
  });

  it('sends NaN and infinities where IEEE arithmetic sends them', () => {
    const x = { shape: [5], data: Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, 0, -1) };
    for (const factor of [0, 2, Number.NaN, Number.POSITIVE_INFINITY]) {
      const t = made(x, dtype);
      scale(t, factor);
      expectExactly(
        t,
        map(x, value => value * factor),
        `by ${factor}`,
      );
    }
  });
});

describe('scale refuses', () => {
  it.each(['2', undefined, null])('a factor of %s', factor =>
    expectArgumentError(() => scale(zeros([2]), factor as never), ArgumentError, 'factor', shown(factor)),
  );

  it('disposed and foreign tensors', () => {
    const gone = zeros([2]);
    gone.dispose();
    expectError(() => scale(gone, 2), DisposedError, 'target');
    expectError(() => scale([1] as never, 2), ForeignTensorError, 'target');
  });
});
