import { field, integer, join } from './protobuf.mjs';

/** Numbers of ONNX's schema. */
const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const IR_VERSION = 8;
const OPSET = 13;

/**
 * An ONNX model of one convolution, NCHW, from 'x' to 'y'; the filters are constants in it.
 *
 * @param {object} conv
 * @param {readonly number[]} conv.inputShape
 * @param {readonly number[]} conv.outputShape
 * @param {readonly number[]} conv.filterShape
 * @param {Float32Array} conv.filters
 * @param {number} conv.stride
 * @param {number} conv.padding on each of the four sides
 * @param {number} conv.groups
 */
export function convModel({ inputShape, outputShape, filterShape, filters, stride, padding, groups }) {
  const node = join(
    field(1, 'x'),
    field(1, 'filters'),
    field(2, 'y'),
    field(4, 'Conv'),
    integers('kernel_shape', filterShape.slice(2)),
    integers('strides', [stride, stride]),
    integers('pads', [padding, padding, padding, padding]),
    field(5, join(field(1, 'group'), integer(3, groups), integer(20, ATTRIBUTE_INT))),
  );
  const graph = join(
    field(1, node),
    field(2, 'one convolution'),
    field(5, constant('filters', filterShape, filters)),
    field(11, valueInfo('x', inputShape)),
    field(12, valueInfo('y', outputShape)),
  );
  return join(integer(1, IR_VERSION), field(7, graph), field(8, integer(2, OPSET)));
}

/** @param {string} name @param {readonly number[]} values */
function integers(name, values) {
  return field(5, join(field(1, name), ...values.map(value => integer(8, value)), integer(20, ATTRIBUTE_INTS)));
}

/** @param {string} name @param {readonly number[]} shape @param {Float32Array} values */
function constant(name, shape, values) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return join(...shape.map(size => integer(1, size)), integer(2, FLOAT), field(8, name), field(9, raw));
}

/** @param {string} name @param {readonly number[]} shape */
function valueInfo(name, shape) {
  const sizes = join(...shape.map(size => field(1, integer(1, size))));
  return join(field(1, name), field(2, field(1, join(integer(1, FLOAT), field(2, sizes)))));
}
