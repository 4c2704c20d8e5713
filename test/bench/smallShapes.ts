import { randomValues } from '../../bench/random.ts';
import { type ConvShape, filterShape, inputShape, outputShape } from '../../bench/shapes.ts';
import { valuesOf } from '../helpers/values.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../reference/conv2d.ts';

const base = { batch: 2, inChannels: 3, outChannels: 4, size: 6, kernel: 3, stride: 1, padding: 1, groups: 1 };

/** Small convolutions of every kind that the benchmark has. */
export const SMALL_SHAPES: readonly ConvShape[] = [
  { ...base, name: '3x3' },
  { ...base, name: '1x1', kernel: 1, padding: 0 },
  { ...base, name: 'stride 2', stride: 2, size: 7 },
  { ...base, name: 'no padding', padding: 0 },
  { ...base, name: 'depthwise', inChannels: 4, groups: 4 },
  { ...base, name: 'two groups', inChannels: 4, outChannels: 6, groups: 2, kernel: 5, padding: 2 },
];

/** Operands, and the results in float64. */
export function exactResults(s: ConvShape) {
  const x = randomValues(inputShape(s), 1);
  const w = randomValues(filterShape(s), 2);
  const dy = randomValues(outputShape(s), 3);
  const values = {
    x: valuesOf(inputShape(s), x),
    w: valuesOf(filterShape(s), w),
    dy: valuesOf(outputShape(s), dy),
  };
  return {
    host: { x, w, dy },
    y: conv2d(values.x, values.w, null, s).data,
    dx: conv2dInputGrad(values.dy, values.w, inputShape(s), s).data,
    dw: conv2dFilterGrad(values.x, values.dy, filterShape(s), s).data,
  };
}
