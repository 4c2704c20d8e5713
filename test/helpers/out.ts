import { describe, expect, it } from 'vitest';
import { DisposedError, DTypeError, ShapeError, type Tensor, zeros } from '../../src/index.ts';
import { expectExactly } from './compare.ts';
import { expectArgumentError, expectError } from './errors.ts';
import { type Format, formats, made, read } from './tensors.ts';
import { type DType, dtypes, filled } from './values.ts';

/** An op with everything given but `out`. */
export type WithOut = (options: { out?: Tensor }, dtype: DType) => Tensor;

/** What every op promises about its option `out`. `ops` maps a name to a call. */
export function describeOut(ops: Record<string, WithOut>): void {
  describe.each(Object.entries(ops))('%s with `out`', (_, run) => {
    const formatsOf = (shape: readonly number[]): readonly Format[] => (shape.length === 4 ? formats : ['contiguous']);

    it.each(dtypes)('fills and returns it, whatever its memory format was, in %s', dtype => {
      const wanted = read(run({}, dtype));
      for (const format of formatsOf(wanted.shape)) {
        const out = made(filled(wanted.shape, Number.NaN), dtype, format);
        expect(run({ out }, dtype)).toBe(out);
        expectExactly(out, wanted, `out, ${format} before`);
        run({ out }, dtype);
        expectExactly(out, wanted, 'out, the second time');
      }
    });

    it('refuses another shape and leaves it as it was', () => {
      const { shape } = run({}, 'float32');
      for (const wrong of [[...shape, 1], shape.map((n, i) => (i === shape.length - 1 ? n + 1 : n))]) {
        const before = filled(wrong, i => i);
        const out = made(before);
        expectArgumentError(() => run({ out }, 'float32'), ShapeError, 'out', `[${wrong.join(', ')}]`);
        expectExactly(out, before);
      }
    });

    it('refuses another dtype and leaves it as it was', () => {
      const { shape } = run({}, 'float32');
      const out = zeros(shape, 'float64');
      expectArgumentError(() => run({ out }, 'float32'), DTypeError, 'out', 'float64', 'float32');
      expectExactly(out, filled(shape, 0));
    });

    it('refuses a disposed one', () => {
      const out = zeros(run({}, 'float32').shape);
      out.dispose();
      expectError(() => run({ out }, 'float32'), DisposedError);
    });
  });
}
