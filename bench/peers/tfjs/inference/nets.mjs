// The networks as plain data: layers with the sizes of the published networks.

/**
 * A convolution with batch normalisation behind it, or what stands between convolutions.
 *
 * @typedef {object} Stage
 * @property {'conv' | 'depthwise' | 'maxPool' | 'residual'} kind
 * @property {number} [kernel]
 * @property {number} [stride]
 * @property {number} [out] channels
 * @property {'relu' | 'relu6' | 'linear'} [activation]
 * @property {readonly Stage[]} [body] of 'residual'
 * @property {readonly Stage[]} [shortcut] of 'residual'; none: its input
 */

/** @typedef {{ name: string, size: number, stages: readonly Stage[] }} Net */

export const CLASSES = 1000;

/** @param {number} out @param {number} kernel @param {number} stride @param {Stage['activation']} activation @returns {Stage} */
const conv = (out, kernel, stride, activation) => ({ kind: 'conv', out, kernel, stride, activation });
/** @param {number} stride @returns {Stage} */
const depthwise = stride => ({ kind: 'depthwise', kernel: 3, stride, activation: 'relu6' });

/** @returns {Stage[]} */
function mobileNetV2() {
  const groups = [
    { expand: 1, out: 16, count: 1, stride: 1 },
    { expand: 6, out: 24, count: 2, stride: 2 },
    { expand: 6, out: 32, count: 3, stride: 2 },
    { expand: 6, out: 64, count: 4, stride: 2 },
    { expand: 6, out: 96, count: 3, stride: 1 },
    { expand: 6, out: 160, count: 3, stride: 2 },
    { expand: 6, out: 320, count: 1, stride: 1 },
  ];
  const stages = [conv(32, 3, 2, 'relu6')];
  let channels = 32;
  for (const { expand, out, count, stride } of groups) {
    for (let i = 0; i < count; i++) {
      const first = expand > 1 ? [conv(channels * expand, 1, 1, 'relu6')] : [];
      const body = [...first, depthwise(i === 0 ? stride : 1), conv(out, 1, 1, 'linear')];
      stages.push(...(i > 0 ? [/** @type {Stage} */ ({ kind: 'residual', body, activation: 'linear' })] : body));
      channels = out;
    }
  }
  return [...stages, conv(1280, 1, 1, 'relu6')];
}

/** @param {number} alpha @returns {Stage[]} */
function mobileNetV1(alpha) {
  const outs = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  const strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];
  const pairs = outs.flatMap((out, i) => [depthwise(strides[i]), conv(out * alpha, 1, 1, 'relu6')]);
  return [conv(32 * alpha, 3, 2, 'relu6'), ...pairs];
}

/** @returns {Stage[]} */
function resNet50() {
  /** @type {Stage[]} */
  const stages = [conv(64, 7, 2, 'relu'), { kind: 'maxPool', kernel: 3, stride: 2 }];
  for (const [group, count] of [3, 4, 6, 3].entries()) {
    const width = 64 * 2 ** group;
    for (let i = 0; i < count; i++) {
      const stride = i === 0 && group > 0 ? 2 : 1;
      const body = [conv(width, 1, 1, 'relu'), conv(width, 3, stride, 'relu'), conv(width * 4, 1, 1, 'linear')];
      const shortcut = i === 0 ? { shortcut: [conv(width * 4, 1, stride, 'linear')] } : {};
      stages.push({ kind: 'residual', body, ...shortcut, activation: 'relu' });
    }
  }
  return stages;
}

/** @type {readonly Net[]} */
export const NETS = [
  { name: 'MobileNetV2', size: 224, stages: mobileNetV2() },
  { name: 'ResNet-50', size: 224, stages: resNet50() },
  { name: 'MobileNetV1 0.25', size: 224, stages: mobileNetV1(0.25) },
];

/**
 * How a network is written in TensorFlow.js: with batch normalisation folded into fused convolutions, as converted graph models are;
 * with an operation for each step; or with what the layers of tf.layers call, which pad and limit in operations of their own.
 */
export const FORMS = /** @type {const} */ (['graph', 'ops', 'layers']);
