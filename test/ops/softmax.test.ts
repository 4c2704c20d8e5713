import { describe, expect, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { softmax, softmaxGrad } from '../../src/ops/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { made, read } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, magnitude, random, scaled, sum, valuesOf } from '../helpers/values.ts';
import * as reference from '../reference/softmaxCrossEntropy.ts';

function check(batch: number, classes: number, dtype: DType): void {
  const label = `[${batch}, ${classes}]`;
  const [x, dy] = [scaled(random([batch, classes], classes, dtype), 4), random([batch, classes], batch, dtype)];
  const y = softmax(made(x, dtype));
  const wanted = reference.softmax(x);
  // e^z moves by |z| eps / 2 when z, up to 8, is rounded.
  expectWithin(y, wanted, i => 16 * epsilon[dtype] * at(wanted.data, i), label);
  const dx = softmaxGrad(made(dy, dtype), y);
  const rounded = read(y);
  // y (dy - mean): both terms are at most the largest |dy| = 1, and y sums up to 1.
  const terms = sum(magnitude(dy), valuesOf(dy.shape, Array(batch * classes).fill(1)));
  const bound = (i: number) => 4 * Math.sqrt(classes) * epsilon[dtype] * at(rounded.data, i) * at(terms.data, i);
  expectWithin(dx, reference.softmaxGrad(dy, rounded), bound, `gradient ${label}`);
}

describe.each(dtypes)('softmax in %s', dtype => {
  it('is that of the reference for 1 to 17 classes, and for 1000', () => {
    for (const classes of range(1, 17)) for (const batch of [1, 2, 31, 32, 33, 65]) check(batch, classes, dtype);
    check(3, 1000, dtype);
  });

  it('does not overflow for large elements, and gives 0 at -infinity', () => {
    const x = valuesOf([2, 3], [1e30, -1e30, 0, Number.NEGATIVE_INFINITY, 700, 700]);
    expect([...softmax(made(x, dtype)).data]).toEqual([1, 0, 0, 0, 0.5, 0.5]);
  });

  it('makes a row with NaN NaN, and no other', () => {
    const x = valuesOf([2, 3], [0, Number.NaN, 0, 0, 0, 0]);
    const y = softmax(made(x, dtype));
    expect([...y.data].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
    const dx = softmaxGrad(made(x, dtype), softmax(zeros([2, 3], dtype)));
    expect([...dx.data].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
  });

  it('takes its own input as `out`, and the gradient dy', () => {
    const [x, dy] = [made(random([5, 7], 1, dtype), dtype), made(random([5, 7], 2, dtype), dtype)];
    const y = softmax(x);
    const dx = read(softmaxGrad(dy, y));
    expect(softmaxGrad(dy, y, { out: dy })).toBe(dy);
    expect(read(dy)).toEqual(dx);
    expect(softmax(x, { out: x })).toBe(x);
    expect(read(x)).toEqual(read(y));
  });
});

describe('softmax refuses', () => {
  it('what is not [batch, classes]', () => {
    for (const shape of [[3], [1, 2, 3]]) {
      expectArgumentError(() => softmax(zeros(shape)), ShapeError, 'x', `[${shape.join(', ')}]`);
      expectArgumentError(() => softmaxGrad(zeros(shape), zeros(shape)), ShapeError, 'y', `[${shape.join(', ')}]`);
    }
  });

  it('a gradient of another shape or dtype', () => {
    expectArgumentError(() => softmaxGrad(zeros([2, 3]), zeros([3, 2])), ShapeError, 'dy', '[2, 3]');
    expectArgumentError(() => softmaxGrad(zeros([1, 2], 'float64'), zeros([1, 2])), DTypeError, 'y', 'float64');
  });

  it('disposed and foreign tensors, and y as `out` of its gradient', () => {
    const gone = zeros([1, 1]);
    gone.dispose();
    expectError(() => softmax(gone), DisposedError, 'x');
    expectError(() => softmaxGrad({} as never, zeros([1, 1])), ForeignTensorError, 'dy');
    const y = zeros([1, 2]);
    expectArgumentError(() => softmaxGrad(zeros([1, 2]), y, { out: y }), ArgumentError, 'out', 'memory');
  });
});

describeOut({
  softmax: (options, dtype) => softmax(made(random([3, 7], 1, dtype), dtype), options),
  softmaxGrad: (options, dtype) =>
    softmaxGrad(made(random([3, 7], 1, dtype), dtype), made(random([3, 7], 2, dtype), dtype), options),
});
