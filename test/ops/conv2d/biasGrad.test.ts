import { describe, it } from 'vitest';
import { DisposedError, ForeignTensorError, ShapeError, scope, zeros } from '../../../src/index.ts';
import { conv2dBiasGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectSums } from '../../helpers/compare.ts';
import { range } from '../../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../../helpers/errors.ts';
import { describeOut } from '../../helpers/out.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { dtypes, magnitude, random, scaled } from '../../helpers/values.ts';
import * as reference from '../../reference/conv2d.ts';

describe.each(dtypes)('conv2dBiasGrad in %s, both memory formats, is the sum over images and pixels', dtype => {
  const check = (shape: [number, number, number, number], factor: number): void => {
    const dy = random(shape, 1, dtype);
    const expected = scaled(reference.conv2dBiasGrad(dy), factor);
    const scale = scaled(reference.conv2dBiasGrad(magnitude(dy)), factor);
    const terms = shape[0] * shape[2] * shape[3];
    for (const format of formats)
      scope(() => {
        const db = conv2dBiasGrad(made(dy, dtype, format), { scale: factor });
        expectSums(db, expected, { scale, terms, dtype, label: `db of dy [${shape.join(', ')}], ${format}` });
      });
  };

  it.each(range(1, 17))('%i channels, 1 to 14 pixels, 1 to 3 images', channels => {
    for (const width of range(1, 14)) for (const batch of [1, 2, 3]) check([batch, channels, 1, width], 1);
  });

  it('times `scale`', () => {
    for (const channels of range(1, 9)) check([3, channels, 5, 7], 1 / 3);
  });

  it('over many pixels', () => check([4, 5, 123, 131], 1));

  it('leaves its input as it was', () => {
    const numbers = random([2, 5, 3, 4], 1, dtype);
    for (const format of formats) {
      const dy = made(numbers, dtype, format);
      conv2dBiasGrad(dy);
      expectExactly(dy, numbers);
    }
  });
});

describe('conv2dBiasGrad refuses', () => {
  it('an output gradient that is not 4-D', () =>
    expectArgumentError(() => conv2dBiasGrad(zeros([2, 3])), ShapeError, 'dy', '[2, 3]'));

  it('a disposed tensor and a foreign one', () => {
    const gone = zeros([1, 1, 1, 1]);
    gone.dispose();
    expectError(() => conv2dBiasGrad(gone), DisposedError, 'dy');
    expectError(() => conv2dBiasGrad({} as never), ForeignTensorError, 'dy');
  });
});

describeOut({
  conv2dBiasGrad: (options, dtype) => conv2dBiasGrad(made(random([2, 9, 5, 6], 1, dtype), dtype), options),
});
