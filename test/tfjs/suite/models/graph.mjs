// Graph models as the converter writes them, in JSON, run on both backends.

import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { describeModels, expectSame, noise } from './compare.mjs';

const text = value => ({ s: btoa(value) });
const ints = (...values) => ({ list: { i: values.map(String) } });
const NHWC = { T: { type: 'DT_FLOAT' }, data_format: text('NHWC') };
const window = (stride, padding) => ({ strides: ints(1, stride, stride, 1), padding: text(padding) });
const conv = (stride, padding, dilation = 1) => ({
  ...NHWC,
  ...window(stride, padding),
  dilations: ints(1, dilation, dilation, 1),
});
const pool = (size, stride) => ({ ...NHWC, ...window(stride, 'SAME'), ksize: ints(1, size, size, 1) });
const fused = (...ops) => ({
  fused_ops: { list: { s: ops.map(op => btoa(op)) } },
  num_args: { i: '1' },
  epsilon: { f: 0 },
});

/** Writes a graph down node by node; each method returns the node's name. */
class Graph {
  nodes = [];
  weights = [];

  add(op, inputs, attr = {}) {
    const name = `${op}_${this.nodes.length}`;
    this.nodes.push({ name, op, input: inputs, attr });
    return name;
  }

  /** A constant: random numbers of a shape, or those that are given. */
  weight(
    shape,
    values = noise(size(shape), this.weights.length + 5).map(value => value / Math.sqrt(size(shape) / shape.at(-1))),
  ) {
    const whole = values instanceof Int32Array;
    const type = whole ? 'DT_INT32' : 'DT_FLOAT';
    const name = `Const_${this.nodes.length}`;
    const tensor = { dtype: type, tensorShape: { dim: shape.map(length => ({ size: String(length) })) } };
    this.nodes.push({ name, op: 'Const', input: [], attr: { value: { tensor }, dtype: { type } } });
    this.weights.push({ spec: { name, shape, dtype: whole ? 'int32' : 'float32' }, values });
    return name;
  }

  whole(...values) {
    return this.weight([values.length], Int32Array.from(values));
  }

  input(shape) {
    const dim = [-1, ...shape].map(length => ({ size: String(length) }));
    return this.add('Placeholder', [], { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } });
  }

  get artifacts() {
    const bytes = this.weights.map(({ values }) => new Uint8Array(values.buffer));
    const weightData = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of bytes) {
      weightData.set(part, at);
      at += part.length;
    }
    return {
      modelTopology: { node: this.nodes, library: {}, versions: { producer: 1087 } },
      weightSpecs: this.weights.map(({ spec }) => spec),
      weightData: weightData.buffer,
    };
  }
}

const size = shape => shape.reduce((product, length) => product * length, 1);

/** A classifier of images in the manner of MobileNetV2, with a head as EfficientNet has it. */
function classifier() {
  const g = new Graph();
  const bias = channels => g.weight([channels]);
  const x = g.input([17, 16, 3]);
  const padded = g.add('Pad', [x, g.weight([4, 2], Int32Array.of(0, 0, 0, 1, 0, 1, 0, 0))], {
    T: { type: 'DT_FLOAT' },
  });
  const a = g.add('_FusedConv2D', [padded, g.weight([3, 3, 3, 8]), bias(8)], {
    ...conv(2, 'VALID'),
    ...fused('BiasAdd', 'Relu6'),
  });
  const b = g.add('FusedDepthwiseConv2dNative', [a, g.weight([3, 3, 8, 1]), bias(8)], {
    ...conv(1, 'SAME'),
    ...fused('BiasAdd', 'Relu'),
  });
  const c = g.add('_FusedConv2D', [b, g.weight([1, 1, 8, 8]), bias(8)], { ...conv(1, 'SAME'), ...fused('BiasAdd') });
  const sum = g.add('AddV2', [a, c]);
  const positive = channels =>
    g.weight(
      [channels],
      noise(channels, 3).map(value => Math.abs(value) + 0.5),
    );
  const normal = g.add('FusedBatchNormV3', [sum, positive(8), bias(8), bias(8), positive(8)], {
    ...NHWC,
    epsilon: { f: 0.001 },
    is_training: { b: false },
  });
  const d = g.add('DepthwiseConv2dNative', [normal, g.weight([3, 3, 8, 2])], conv(2, 'SAME'));
  const swish = g.add('Mul', [d, g.add('Sigmoid', [d])]);
  const squeezed = g.add('Mean', [swish, g.whole(1, 2)], { keep_dims: { b: true } });
  const gate = g.add('Sigmoid', [
    g.add('BiasAdd', [g.add('Conv2D', [squeezed, g.weight([1, 1, 16, 16])], conv(1, 'SAME')), bias(16)], NHWC),
  ]);
  const e = g.add('Mul', [swish, gate]);
  const f = g.add('MaxPool', [e], pool(3, 2));
  const h = g.add('AvgPool', [e], pool(3, 2));
  const joined = g.add('ConcatV2', [f, h, g.weight([], Int32Array.of(3))], { N: { i: '2' } });
  const flat = g.add('Mean', [joined, g.whole(1, 2)], { keep_dims: { b: false } });
  const hidden = g.add('_FusedMatMul', [flat, g.weight([32, 20]), bias(20)], {
    transpose_a: { b: false },
    transpose_b: { b: false },
    ...fused('BiasAdd', 'Elu'),
  });
  const logits = g.add(
    'BiasAdd',
    [g.add('MatMul', [hidden, g.weight([10, 20])], { transpose_a: { b: false }, transpose_b: { b: true } }), bias(10)],
    NHWC,
  );
  g.add('Softmax', [logits]);
  return g;
}

/** A network from images to images: what enlarges, moves and cuts. */
function decoder() {
  const g = new Graph();
  const x = g.input([8, 6, 4]);
  const a = g.add('Conv2D', [x, g.weight([3, 3, 4, 8])], conv(1, 'SAME', 2));
  const b = g.add('LeakyRelu', [g.add('Sub', [a, g.weight([8])])], { alpha: { f: 0.1 } });
  const shape = g.whole(2, 8, 6, 4);
  const back = g.add('Conv2DBackpropInput', [shape, g.weight([3, 3, 4, 8]), b], conv(1, 'SAME'));
  const up = g.add('ResizeBilinear', [back, g.whole(16, 12)], {
    align_corners: { b: false },
    half_pixel_centers: { b: true },
  });
  const blocks = g.add('DepthToSpace', [up], { block_size: { i: '2' }, data_format: text('NHWC') });
  const cut = g.add('StridedSlice', [blocks, g.whole(0, 1, 2, 0), g.whole(0, 0, 22, 1), g.whole(1, 2, 1, 1)], {
    begin_mask: { i: '1' },
    end_mask: { i: '3' },
    ellipsis_mask: { i: '0' },
    new_axis_mask: { i: '0' },
    shrink_axis_mask: { i: '0' },
  });
  const turned = g.add('Transpose', [cut, g.whole(0, 2, 1, 3)]);
  const scaled = g.add('RealDiv', [
    turned,
    g.add('Sqrt', [
      g.add('Maximum', [
        g.add('Max', [g.add('Abs', [turned]), g.whole(1, 2)], { keep_dims: { b: true } }),
        g.weight([1], Float32Array.of(0.01)),
      ]),
    ]),
  ]);
  g.add('Reshape', [g.add('Tanh', [scaled]), g.whole(2, -1)]);
  return g;
}

async function predict(graph, shape) {
  const net = await loadGraphModel(tf.io.fromMemory(graph.artifacts));
  const x = tf.tensor(noise(size(shape), 2), shape);
  const y = net.predict(x);
  const again = await net.executeAsync(x);
  const answers = { predicted: y.dataSync(), again: await again.data() };
  tf.dispose([x, y, again]);
  net.dispose();
  return answers;
}

describeModels('graph models', () => {
  it('classifies as on cpu', () => expectSame(() => predict(classifier(), [2, 17, 16, 3])));

  it('makes images as on cpu', () => expectSame(() => predict(decoder(), [2, 8, 6, 4])));
});
