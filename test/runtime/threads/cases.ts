import { createHash } from 'node:crypto';
import type * as Convasm from '../../../src/index.ts';
import type * as Ops from '../../../src/ops/index.ts';
import { arithmetic } from '../../helpers/arithmetic.ts';
import { moves } from '../moves.ts';

/** Hashes of the bits of what the operations make, by name; sizes with several blocks, and with remainders. */
export function sameBitsCases(convasm: typeof Convasm, ops: typeof Ops): Record<string, string> {
  const hashes: Record<string, string> = {};
  const values = (shape: readonly number[], dtype: Convasm.DType, factor: number) =>
    convasm.tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * factor) % 1009) / 500 - 1),
      shape,
      dtype,
    );
  const note = (name: string, make: () => Convasm.Tensor | number) => {
    convasm.scope(() => {
      const made = make();
      const bytes = typeof made === 'number' ? new Float64Array([made]) : made.data;
      hashes[name] = createHash('sha256')
        .update(Uint8Array.from(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
        .digest('hex');
    });
  };
  for (const dtype of ['float32', 'float64'] as const) {
    for (const { name, x: xShape, w: wShape, ...rest } of LAYERS) {
      const groups = xShape[1] / wShape[1];
      const options = { padding: wShape[2] >> 1, stride: 1, groups, ...rest };
      const x = values(xShape, dtype, 37);
      const w = values(wShape, dtype, 41);
      const isWinograd = wShape[2] === 3 && options.stride === 1 && groups === 1;
      const isPlanar = groups === 1 || wShape[1] === 1;
      const algorithms = [
        'direct',
        ...(isPlanar ? (['planar'] as const) : []),
        ...(isWinograd ? (['winograd2', 'winograd4'] as const) : []),
      ] as const;
      for (const algorithm of algorithms) {
        const now = { ...options, algorithm };
        const y = ops.conv2d(x, w, null, now);
        const dy = values(y.shape, dtype, 43);
        note(`${dtype} ${name} ${algorithm} forward`, () => ops.conv2d(x, w, null, now));
        note(`${dtype} ${name} ${algorithm} input gradient`, () => ops.conv2dInputGrad(dy, w, x.shape, now));
        note(`${dtype} ${name} ${algorithm} filter gradient`, () => ops.conv2dFilterGrad(x, dy, w.shape, now));
        note(`${dtype} ${name} ${algorithm} bias gradient`, () => ops.conv2dBiasGrad(dy));
      }
    }
    const images = values([5, 37, 30, 31], dtype, 47);
    // A sum stands in memory as its first term does.
    const channelsLast = ops.add(ops.globalAvgPool2dGrad(convasm.zeros([5, 37], dtype), images.shape), images);
    const pooled = ops.maxPool2d(channelsLast, { kernelSize: 2 });
    for (const [format, x] of Object.entries({ contiguous: images, 'channels-last': channelsLast })) {
      for (const options of [{ kernelSize: 2 }, { kernelSize: 3, stride: 2 }]) {
        const label = `${dtype} ${format} ${JSON.stringify(options)}`;
        note(`${label} largest of windows`, () => ops.maxPool2d(x, options));
        note(`${label} means of windows`, () => ops.avgPool2d(x, options));
        const dy = ops.maxPool2d(x, options);
        note(`${label} gradient of the largest`, () => ops.maxPool2dGrad(dy, x, options));
        note(`${label} gradient of means`, () => ops.avgPool2dGrad(dy, x.shape, options));
      }
    }
    note(`${dtype} relu`, () => ops.relu(images));
    note(`${dtype} its gradient`, () => ops.reluGrad(images, images));
    for (const name of ['parameter', 'velocity'] as const) {
      note(`${dtype} sgd, ${name}`, () => {
        const made = { parameter: images.clone(), velocity: convasm.zeros(images.shape, dtype) };
        const options = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, nesterov: true };
        ops.sgdStep(made.parameter, images, made.velocity, options);
        return made[name];
      });
    }
    for (const name of ['parameter', 'm', 'v'] as const) {
      note(`${dtype} adam, ${name}`, () => {
        const [m, v] = [convasm.zeros(images.shape, dtype), convasm.zeros(images.shape, dtype)];
        const made = { parameter: images.clone(), m, v };
        ops.adamStep(made.parameter, images, m, v, { learningRate: 0.1, step: 1, weightDecay: 0.1 });
        return made[name];
      });
    }
    note(`${dtype} sum of squares`, () => ops.sumOfSquares(images));
    note(`${dtype} scale`, () => {
      const scaled = images.clone();
      ops.scale(scaled, 0.3);
      return scaled;
    });
    for (const name of ['leakyRelu', 'relu6', 'hardSwish', 'sigmoid', 'tanh', 'silu'] as const) {
      note(`${dtype} ${name}`, () => ops[name](images));
      note(`${dtype} gradient of ${name}`, () => ops[`${name}Grad`](images, images));
    }
    const rows = values([70, 10], dtype, 61);
    note(`${dtype} softmax`, () => ops.softmax(rows));
    note(`${dtype} its gradient`, () => ops.softmaxGrad(rows, rows));
    const target = values(images.shape, dtype, 67);
    for (const name of ['mse', 'bceWithLogits'] as const) {
      note(`${dtype} ${name}`, () => ops[name](images, target));
      note(`${dtype} gradient of ${name}`, () => ops[`${name}Grad`](images, target));
    }
    const through = { activation: 'relu', output: images } as const;
    note(`${dtype} sum`, () => ops.add(images, images));
    note(`${dtype} sum, activated`, () => ops.add(images, target, { activation: 'relu6' }));
    note(`${dtype} sum through an activation`, () => ops.add(images, target, { through }));
    for (const [format, image] of Object.entries({ contiguous: images, 'channels-last': pooled.clone() })) {
      const statistics = ops.batchNorm2dStatistics(image);
      const gradients = ops.batchNorm2dGrad(image, image, statistics, null);
      note(`${dtype} ${format} means`, () => statistics.mean);
      note(`${dtype} ${format} variances`, () => statistics.variance);
      note(`${dtype} ${format} batch normalisation`, () => ops.batchNorm2d(image, statistics, null, null));
      for (const [name, gradient] of Object.entries(gradients))
        note(`${dtype} ${format} batch normalisation, ${name}`, () => gradient);
      const behind = { through: { activation: 'relu', output: image } } as const;
      const masked = ops.batchNorm2dGrad(image, image, statistics, null, behind);
      for (const [name, gradient] of Object.entries(masked))
        note(`${dtype} ${format} batch normalisation through an activation, ${name}`, () => gradient);
      note(`${dtype} ${format} dropout`, () => ops.dropout(image, { p: 0.5, seed: 1 }));
      note(`${dtype} ${format} global mean`, () => ops.globalAvgPool2d(image));
    }
    note(`${dtype} gradient of a global mean`, () => ops.globalAvgPool2dGrad(values([5, 37], dtype, 61), images.shape));
    note(`${dtype} linear`, () => ops.linear(images.reshape([4650, 37]), values([90, 37], dtype, 53)));
  }
  for (const i of moves(values([5, 37, 30, 31], 'float32', 47)).keys()) {
    note(`move ${i}`, () => moves(values([5, 37, 30, 31], 'float32', 47))[i] as Convasm.Tensor);
  }
  const [x, y] = [values([5, 37, 30, 31], 'float32', 47), values([5, 37, 30, 31], 'float32', 67)];
  for (const i of arithmetic(x, y).keys()) note(`arithmetic ${i}`, () => arithmetic(x, y)[i] as Convasm.Tensor);
  const logits = values([70, 10], 'float32', 59);
  const loss = new convasm.SoftmaxCrossEntropy();
  const smoothed = new convasm.SoftmaxCrossEntropy({ labelSmoothing: 0.1 });
  note('loss with smoothed labels', () =>
    smoothed.forward(
      logits,
      Int32Array.from({ length: 70 }, (_, i) => i % 10),
    ),
  );
  note('gradient with smoothed labels', () => smoothed.backward());
  note('loss', () =>
    loss.forward(
      logits,
      Int32Array.from({ length: 70 }, (_, i) => i % 10),
    ),
  );
  note('its gradient', () => loss.backward());
  return hashes;
}

interface Layer {
  readonly name: string;
  readonly x: readonly [number, number, number, number];
  readonly w: readonly [number, number, number, number];
  readonly stride?: number;
}

const LAYERS: readonly Layer[] = [
  { name: 'dense', x: [2, 19, 33, 31], w: [21, 19, 3, 3] },
  { name: 'large filters', x: [1, 130, 9, 10], w: [200, 130, 3, 3] },
  { name: 'strided', x: [2, 7, 33, 31], w: [17, 7, 5, 5], stride: 2 },
  { name: '1x1', x: [2, 40, 21, 22], w: [50, 40, 1, 1] },
  { name: 'groups', x: [2, 12, 20, 21], w: [18, 4, 3, 3] },
  { name: 'few channels', x: [5, 1, 29, 30], w: [7, 1, 5, 5] },
  { name: 'depthwise', x: [2, 21, 29, 30], w: [21, 1, 3, 3] },
  { name: 'depthwise, strided', x: [2, 21, 29, 30], w: [21, 1, 3, 3], stride: 2 },
  { name: 'depthwise, 5x5', x: [2, 21, 29, 30], w: [21, 1, 5, 5] },
];
