import { ShapeError } from '../errors.ts';
import { checkDType, type DType } from './dtype.ts';
import { fits, flatten, type Values } from './nested.ts';
import { checkShape, type Shape, sizeOf } from './shape.ts';
import { allocate, outsideMemory, type Tensor } from './tensor.ts';

/**
 * A tensor with the given values: nested arrays (which give the shape), or a flat list of numbers with `shape` (default: one
 * dimension).
 *
 * @param dtype default 'float32'
 * @throws ShapeError for ragged arrays or a shape that does not fit; ArgumentError for what is no number; OutOfMemoryError.
 */
export function tensor<D extends DType = 'float32'>(values: Values, shape?: Shape, dtype?: D): Tensor<D> {
  const type = (dtype ?? 'float32') as D;
  checkDType('dtype', type);
  const { shape: given, flat } = flatten('values', values);
  const wanted = shape ?? given;
  checkShape('shape', wanted);
  if (!fits(given, wanted, sizeOf(wanted))) {
    throw new ShapeError('values', given, `shape [${wanted.join(', ')}], or ${sizeOf(wanted)} numbers`);
  }
  const source = outsideMemory(flat);
  const made = allocate(wanted, type, 'contiguous');
  made.data.set(source);
  return made;
}

/**
 * A tensor of zeros.
 *
 * @param dtype default 'float32'
 * @throws ShapeError, DTypeError, OutOfMemoryError
 */
export function zeros<D extends DType = 'float32'>(shape: Shape, dtype?: D): Tensor<D> {
  const type = (dtype ?? 'float32') as D;
  checkDType('dtype', type);
  checkShape('shape', shape);
  const made = allocate(shape, type, 'contiguous');
  made.data.fill(0);
  return made;
}
