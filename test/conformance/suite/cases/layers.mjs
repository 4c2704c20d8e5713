// Layers that are more than one operation: transposed and depthwise convolutions, global pooling, residual connections.
import { check, close, equal } from '../check.mjs';
import { channelsLast, numbers, sizeOf } from '../data.mjs';
import { reference, sumOf } from '../reference.mjs';

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** Options of a transposed convolution, and the sizes of its input, filters and output. */
const TRANSPOSED = [
  {
    name: '4x4, stride 2, padding 1',
    options: { stride: 2, padding: 1 },
    x: [2, 10, 9, 11],
    w: [10, 7, 4, 4],
    y: [2, 7, 18, 22],
  },
  {
    name: '3x3, stride 2, padding 1, output padding 1',
    options: { stride: 2, padding: 1, outputPadding: 1 },
    x: [2, 9, 12, 10],
    w: [9, 13, 3, 3],
    y: [2, 13, 24, 20],
  },
  {
    name: '3x3, 2 groups, dilation 2',
    options: { dilation: 2, groups: 2 },
    x: [1, 8, 10, 9],
    w: [8, 6, 3, 3],
    y: [1, 12, 14, 13],
  },
];

export const layers = ['float32', 'float64'].flatMap(dtype => [
  ...TRANSPOSED.map(spec => ({
    name: `ConvTranspose2D and gradients: ${spec.name}, ${dtype}`,
    run: tools => transposed(spec, dtype, tools),
  })),
  { name: `DepthwiseConv2D and gradients: 2 filters a channel, ${dtype}`, run: tools => depthwise(tools, dtype) },
  { name: `GlobalAvgPool2D and gradient, ${dtype}`, run: tools => globalPool(tools, dtype) },
  { name: `Residual: the sum of body and shortcut, ${dtype}`, run: tools => residual(tools, dtype) },
]);

const two = n => /** @type {[number, number]} */ ([n, n]);
const four = n => /** @type {[number, number, number, number]} */ ([n, n, n, n]);

/** A transposed convolution is a convolution's input gradient, and the other way round. */
function transposed({ options, x, w, y }, dtype, tools) {
  const { ConvTranspose2D } = tools.convasm;
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const sums = reference({
    x: y,
    w,
    stride: two(stride),
    padding: four(padding),
    dilation: two(dilation),
    groups,
  });
  equal(sums.outputShape, x, 'the input of the case');
  const layer = new ConvTranspose2D({
    ...options,
    inChannels: x[1],
    outChannels: y[1],
    kernelSize: w[2],
    dtype,
  });
  compare(layer, { x, w, y }, dtype, tools, {
    y: (i, { x, w }) => sumOf(sums.inputGrad, i, x, w),
    dx: (i, { dy, w }) => sumOf(sums.output, i, dy, w),
    dw: (i, { x, dy }) => sumOf(sums.filterGrad, i, dy, x),
  });
}

function depthwise(tools, dtype) {
  const { DepthwiseConv2D } = tools.convasm;
  const [x, w, y] = [
    [2, 11, 15, 14],
    [22, 1, 3, 3],
    [2, 22, 8, 7],
  ];
  const sums = reference({ x, w, stride: two(2), padding: four(1), groups: 11 });
  equal(sums.outputShape, y, 'the output of the case');
  const layer = new DepthwiseConv2D({ channels: 11, multiplier: 2, kernelSize: 3, stride: 2, padding: 1, dtype });
  compare(layer, { x, w, y }, dtype, tools, {
    y: (i, { x, w }) => sumOf(sums.output, i, x, w),
    dx: (i, { dy, w }) => sumOf(sums.inputGrad, i, dy, w),
    dw: (i, { x, dy }) => sumOf(sums.filterGrad, i, x, dy),
  });
}

/** Results of a layer with filters W and bias b beside sums of products; gradients of parameters are means over the batch. */
function compare(layer, shapes, dtype, { convasm: { tensor }, record }, sums) {
  const [batch, , height, width] = shapes.y;
  const values = {
    x: numbers(sizeOf(shapes.x), 101),
    w: numbers(sizeOf(shapes.w), 102),
    dy: numbers(sizeOf(shapes.y), 103),
  };
  const b = numbers(shapes.y[1], 104);
  layer.params.W.set(values.w);
  layer.params.b.set(b);
  const y = layer.forward(tensor(values.x, shapes.x, dtype));
  equal(y.shape, shapes.y, 'the shape of y');
  const dx = layer.backward(tensor(values.dy, shapes.y, dtype));
  const pixels = height * width;
  const results = [
    { what: 'y', of: y, scale: 1, added: i => b[Math.floor(i / pixels) % b.length] },
    { what: 'dx', of: dx, scale: 1, added: () => 0 },
    { what: 'dw', of: layer.grads.W, scale: 1 / batch, added: () => 0 },
  ];
  for (const { what, of, scale, added } of results) {
    const { data } = of;
    record(data);
    data.forEach((got, i) => {
      const { value, magnitude, terms } = sums[what](i, values);
      const start = added(i);
      const bound = 2 * Math.sqrt(terms + 1) * EPSILON[dtype] * (magnitude + Math.abs(start)) * scale;
      close(got, (value + start) * scale, bound, what, i);
    });
  }
  record(layer.grads.b.data);
  layer.grads.b.data.forEach((got, o) => {
    const own = values.dy.filter((_, i) => Math.floor(i / pixels) % b.length === o);
    const sum = own.reduce((total, value) => total + value, 0);
    const bound = (2 * Math.sqrt(own.length) * EPSILON[dtype] * own.length) / batch;
    close(got, sum / batch, bound, 'db', o);
  });
  layer.dispose();
}

function globalPool({ convasm: { GlobalAvgPool2D, tensor }, ops, record }, dtype) {
  const shape = [3, 21, 17, 19];
  const pixels = 17 * 19;
  const [x, dy] = [numbers(sizeOf(shape), 105), numbers(3 * 21, 106)];
  for (const format of [t => t, channelsLast(ops)]) {
    const layer = new GlobalAvgPool2D();
    const y = layer.forward(format(tensor(x, shape, dtype))).data;
    record(y);
    y.forEach((got, i) => {
      const mean = x.subarray(i * pixels, (i + 1) * pixels).reduce((sum, value) => sum + value, 0) / pixels;
      close(got, mean, 2 * Math.sqrt(pixels) * EPSILON[dtype], 'y', i);
    });
    const dx = layer.backward(tensor(dy, [3, 21], dtype)).data;
    record(dx);
    dx.forEach((got, i) => {
      close(got, dy[Math.floor(i / pixels)] / pixels, 2 * EPSILON[dtype], 'dx', i);
    });
  }
}

function residual({ convasm: { Conv2D, Residual, heUniform, tensor }, ops, record }, dtype) {
  const shape = [2, 6, 9, 10];
  const [x, dy] = [107, 108].map(seed => tensor(numbers(sizeOf(shape), seed), shape, dtype));
  const conv = seed =>
    new Conv2D({ inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, initializer: heUniform({ seed }), dtype });
  for (const shortcut of [null, conv(2)]) {
    const body = conv(1);
    const layer = new Residual(body, shortcut);
    const [y, dx] = [layer.forward(x), layer.backward(dy)];
    record(y.data);
    record(dx.data);
    equal(y.data, ops.add(body.forward(x), shortcut ? shortcut.forward(x) : x).data, 'y');
    equal(dx.data, ops.add(body.backward(dy), shortcut ? shortcut.backward(dy) : dy).data, 'dx');
    const names = ['body.W', 'body.b', ...(shortcut ? ['shortcut.W', 'shortcut.b'] : [])];
    check(String(Object.keys(layer.params)) === String(names), `parameters are ${Object.keys(layer.params)}`);
    layer.dispose();
  }
}
