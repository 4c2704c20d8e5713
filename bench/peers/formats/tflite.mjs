import { blob, byte, flatBuffer, int, ints, ref, string, table, vector } from './flatbuffer.mjs';

/** Numbers of TensorFlow Lite's schema, version 3. */
const FLOAT32 = 0;
const INT32 = 2;
const OPERATORS = { conv2d: 3, depthwise: 4, pad: 34 };
const OPTIONS = { none: 0, conv2d: 1, depthwise: 2, pad: 22 };
const VALID = 1;

/**
 * A TensorFlow Lite model of one convolution, NHWC, with a bias of zeros (the format wants one). Its operator knows only the
 * paddings 'same' and 'valid', so that an operator before it pads; XNNPACK makes one out of both.
 *
 * @param {object} conv
 * @param {readonly number[]} conv.inputShape [batch, height, width, channels]
 * @param {readonly number[]} conv.outputShape
 * @param {readonly number[]} conv.filterShape [out, height, width, in], or [1, height, width, channels] of a depthwise one
 * @param {Float32Array} conv.filters
 * @param {number} conv.stride
 * @param {number} conv.padding on each of the four sides
 * @param {boolean} conv.depthwise each channel by itself
 * @returns {Uint8Array}
 */
export function convModel({ inputShape, outputShape, filterShape, filters, stride, padding, depthwise }) {
  const [batch, height, width, channels] = inputShape;
  const paddedShape = [batch, height + 2 * padding, width + 2 * padding, channels];
  const outChannels = outputShape[3];
  const pads = Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0);
  const tensors = vector(
    tensor('x', inputShape, FLOAT32, 0),
    tensor('y', outputShape, FLOAT32, 0),
    tensor('filters', filterShape, FLOAT32, 1),
    tensor('bias', [outChannels], FLOAT32, 2),
    tensor('padding', [4, 2], INT32, 3),
    tensor('padded', paddedShape, FLOAT32, 0),
  );
  const pad = operator(1, [0, 4], [5], OPTIONS.pad, table());
  const conv = padding > 0 ? [5, 2, 3] : [0, 2, 3];
  const convolution = depthwise
    ? operator(0, conv, [1], OPTIONS.depthwise, table(byte(VALID), int(stride), int(stride), int(1)))
    : operator(0, conv, [1], OPTIONS.conv2d, table(byte(VALID), int(stride), int(stride)));
  const operators = padding > 0 ? vector(pad, convolution) : vector(convolution);
  const graph = table(ref(tensors), ref(ints([0])), ref(ints([1])), ref(operators), ref(string('main')));
  const codes = vector(operatorCode(depthwise ? OPERATORS.depthwise : OPERATORS.conv2d), operatorCode(OPERATORS.pad));
  const buffers = vector(table(), buffer(filters), buffer(new Float32Array(outChannels)), buffer(pads));
  const model = table(int(3), ref(codes), ref(vector(graph)), ref(string('one convolution')), ref(buffers));
  return flatBuffer(model, 'TFL3');
}

/** @param {string} name @param {readonly number[]} shape @param {number} type @param {number} index of its buffer */
function tensor(name, shape, type, index) {
  return table(ref(ints(shape)), byte(type), int(index), ref(string(name)));
}

/**
 * @param {number} code index of its number
 * @param {readonly number[]} inputs indices of tensors
 * @param {readonly number[]} outputs
 * @param {number} optionsType
 * @param {import('./flatbuffer.mjs').Node} options
 */
function operator(code, inputs, outputs, optionsType, options) {
  return table(int(code), ref(ints(inputs)), ref(ints(outputs)), byte(optionsType), ref(options));
}

/** The number stands twice: it was a byte once. @param {number} code */
function operatorCode(code) {
  return table(byte(code), null, int(1), int(code));
}

/** @param {ArrayBufferView} values */
function buffer(values) {
  return table(ref(blob(values)));
}
