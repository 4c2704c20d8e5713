// The networks that are trained, as plain data: each participant builds them of its own layers.

/**
 * A layer, in PyTorch's terms. 'residual' has a body, and a shortcut unless the input itself is added.
 *
 * @typedef {object} LayerSpec
 * @property {'conv' | 'norm' | 'relu' | 'maxPool' | 'globalAvgPool' | 'flatten' | 'linear' | 'residual'} kind
 * @property {number} [in] channels or features
 * @property {number} [out]
 * @property {number} [kernel]
 * @property {number} [stride]
 * @property {boolean} [bias]
 * @property {LayerSpec[]} [body]
 * @property {LayerSpec[]} [shortcut]
 */

/**
 * @typedef {object} Net
 * @property {string} name
 * @property {number} batch
 * @property {number[]} input shape of a sample
 * @property {number} samples of an epoch
 * @property {LayerSpec[]} layers
 */

/** @typedef {{ shape: number[], kind: 'weight' | 'ones' | 'zeros', fan: number }} ParameterSpec */

export const CLASSES = 10;
export const LEARNING_RATE = 0.02;
export const MOMENTUM = 0.9;

/**
 * @param {number} inChannels
 * @param {number} outChannels
 * @param {{ kernel?: number, stride?: number, bias?: boolean }} [options]
 * @returns {LayerSpec} with a padding that keeps the size, but for the stride
 */
const conv = (inChannels, outChannels, { kernel = 3, stride = 1, bias = true } = {}) => ({
  kind: 'conv',
  in: inChannels,
  out: outChannels,
  kernel,
  stride,
  bias,
});
/** @param {number} channels @returns {LayerSpec} */
const norm = channels => ({ kind: 'norm', in: channels });
/** @type {LayerSpec} */
const relu = { kind: 'relu' };

/**
 * A block of ResNet for CIFAR: two 3x3 convolutions; where the size changes, a 1x1 convolution beside them.
 *
 * @param {number} inChannels
 * @param {number} outChannels
 * @param {number} stride
 * @returns {LayerSpec[]}
 */
function block(inChannels, outChannels, stride) {
  const body = [
    conv(inChannels, outChannels, { stride, bias: false }),
    norm(outChannels),
    relu,
    conv(outChannels, outChannels, { bias: false }),
    norm(outChannels),
  ];
  const shortcut = [conv(inChannels, outChannels, { kernel: 1, stride, bias: false }), norm(outChannels)];
  return [{ kind: 'residual', body, ...(stride > 1 && { shortcut }) }, relu];
}

/** @type {readonly Net[]} */
export const NETS = [
  {
    name: 'LeNet-like',
    batch: 32,
    input: [1, 28, 28],
    samples: 60_000,
    layers: [
      conv(1, 8),
      relu,
      { kind: 'maxPool' },
      conv(8, 16),
      relu,
      { kind: 'maxPool' },
      { kind: 'flatten' },
      { kind: 'linear', in: 784, out: CLASSES },
    ],
  },
  {
    name: 'ResNet-8',
    batch: 32,
    input: [3, 32, 32],
    samples: 50_000,
    layers: [
      conv(3, 16, { bias: false }),
      norm(16),
      relu,
      ...block(16, 16, 1),
      ...block(16, 32, 2),
      ...block(32, 64, 2),
      { kind: 'globalAvgPool' },
      { kind: 'flatten' },
      { kind: 'linear', in: 64, out: CLASSES },
    ],
  },
];

/**
 * The parameters of a network in the order of its layers (of a residual connection: body first), with the shapes that PyTorch gives
 * them.
 *
 * @param {readonly LayerSpec[]} layers
 * @returns {ParameterSpec[]}
 */
export function parametersOf(layers) {
  return layers.flatMap(own);
}

/** @param {LayerSpec} layer @returns {ParameterSpec[]} */
function own(layer) {
  const { kind, in: inputs = 0, out: outputs = 0, kernel = 1, bias, body = [], shortcut = [] } = layer;
  if (kind === 'residual') return [...parametersOf(body), ...parametersOf(shortcut)];
  if (kind === 'norm') {
    return [
      { shape: [inputs], kind: 'ones', fan: 1 },
      { shape: [inputs], kind: 'zeros', fan: 1 },
    ];
  }
  /** @type {ParameterSpec} */
  const zeros = { shape: [outputs], kind: 'zeros', fan: 1 };
  if (kind === 'linear') return [{ shape: [outputs, inputs], kind: 'weight', fan: inputs }, zeros];
  if (kind !== 'conv') return [];
  /** @type {ParameterSpec} */
  const weight = { shape: [outputs, inputs, kernel, kernel], kind: 'weight', fan: inputs * kernel * kernel };
  return bias ? [weight, zeros] : [weight];
}
