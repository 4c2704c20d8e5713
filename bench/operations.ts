import { Conv2D, type Tensor, tensor, zeros } from 'convasm';
import { add, conv2d, conv2dFilterGrad, conv2dInputGrad, globalAvgPool2dGrad } from 'convasm/ops';
import { type ElementOf, filterGradElement, forwardElement, type HostOperands, inputGradElement } from './check.ts';
import { plainFilterGrad, plainForward, plainInputGrad, type Slice } from './plainLoop.ts';
import { randomValues } from './random.ts';
import { type ConvShape, filterShape, inputShape, outputShape } from './shapes.ts';

interface Images {
  readonly x: Tensor;
  readonly dy: Tensor;
}

/** What the operations on one shape read and write. Nothing is allocated while they are timed. */
export interface Operands {
  readonly shape: ConvShape;
  readonly host: HostOperands;
  /** The images as a user makes them: contiguous, in NCHW order. */
  readonly contiguous: Images;
  /** The same values as another layer leaves them: channels-last. */
  readonly channelsLast: Images;
  readonly w: Tensor;
  readonly y: Tensor;
  readonly dx: Tensor;
  readonly dw: Tensor;
}

export interface Operation {
  readonly key: string;
  readonly title: string;
  /** Makes the function that is timed; it returns the result. */
  prepare(operands: Operands): (images: Images) => Tensor;
  readonly element: ElementOf;
  /** The same in plain TypeScript, or the slice's part of it; `result` has the size of the tensor. */
  plain(host: HostOperands, result: Float32Array, shape: ConvShape, slice: Slice): void;
}

export const OPERATIONS: readonly Operation[] = [
  {
    key: 'forward',
    title: 'Forward, the filters packed on each call (training)',
    prepare: ({ shape, w, y }) => {
      const options = { ...windowOf(shape), out: y };
      return ({ x }) => conv2d(x, w, null, options);
    },
    element: forwardElement,
    plain: ({ x, w }, y, shape, slice) => plainForward(x, w, y, shape, slice),
  },
  {
    key: 'inference',
    title: 'Forward, the filters packed once (inference: Conv2D after eval())',
    prepare: ({ shape, w }) => {
      const { inChannels, outChannels, kernel: kernelSize } = shape;
      const layer = new Conv2D({ inChannels, outChannels, kernelSize, ...windowOf(shape), bias: false });
      layer.filters = w;
      layer.eval();
      let y: Tensor | null = null;
      return ({ x }) => {
        y?.dispose(); // The next one gets the same memory.
        y = layer.forward(x);
        return y;
      };
    },
    element: forwardElement,
    plain: ({ x, w }, y, shape, slice) => plainForward(x, w, y, shape, slice),
  },
  {
    key: 'inputGrad',
    title: 'Input gradient, the filters packed on each call',
    prepare: ({ shape, w, dx }) => {
      const options = { ...windowOf(shape), out: dx };
      return ({ dy }) => conv2dInputGrad(dy, w, dx.shape, options);
    },
    element: inputGradElement,
    plain: ({ dy, w }, dx, shape, slice) => plainInputGrad(dy, w, dx, shape, slice),
  },
  {
    key: 'filterGrad',
    title: 'Filter gradient',
    prepare: ({ shape, dw }) => {
      const options = { ...windowOf(shape), out: dw };
      return ({ x, dy }) => conv2dFilterGrad(x, dy, dw.shape, options);
    },
    element: filterGradElement,
    plain: ({ x, dy }, dw, shape, slice) => plainFilterGrad(x, dy, dw, shape, slice),
  },
];

export function makeOperands(shape: ConvShape): Operands {
  const [xShape, wShape, yShape] = [inputShape(shape), filterShape(shape), outputShape(shape)];
  const host = { x: randomValues(xShape, 1), w: randomValues(wShape, 2), dy: randomValues(yShape, 3) };
  const contiguous = { x: tensor(host.x, xShape), dy: tensor(host.dy, yShape) };
  return {
    shape,
    host,
    contiguous,
    channelsLast: { x: afterLayer(contiguous.x), dy: afterLayer(contiguous.dy) },
    w: tensor(host.w, wShape),
    y: zeros(yShape),
    dx: zeros(xShape),
    dw: zeros(wShape),
  };
}

/** The result of a layer with the same values: as long as nobody touches its data, it stays channels-last. */
function afterLayer(images: Tensor): Tensor {
  // A sum stands in memory as its first term does, and this gradient stands channels-last.
  return add(globalAvgPool2dGrad(zeros(images.shape.slice(0, 2)), images.shape), images);
}

function windowOf({ stride, padding, groups }: ConvShape) {
  return { stride, padding, groups };
}
