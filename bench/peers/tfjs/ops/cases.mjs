// The kernels that stock tfjs-backend-wasm has, on operands of several shapes, as plain data: each process makes the tensors itself.
import { outSize, SHAPES } from '../../own.mjs';

/**
 * Uniform numbers in [from, to), default [-3, 3); integers are rounded down, of booleans the positive ones are true.
 *
 * @typedef {object} Operand
 * @property {readonly number[]} shape
 * @property {'float32' | 'int32' | 'bool'} [dtype]
 * @property {number} [from]
 * @property {number} [to]
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} kernel
 * @property {Readonly<Record<string, Operand>> | readonly Operand[]} inputs
 * @property {Record<string, any>} attrs
 * @property {boolean} elementwise whether it has to be no slower than stock
 */

/** @typedef {{ from?: number, to?: number }} Range */
/** @typedef {'float32' | 'int32' | 'bool'} Type */

/** A call's overhead, what a cache holds, what none holds. */
const SIZES = /** @type {readonly (readonly [string, readonly number[]])[]} */ ([
  ['100', [1, 5, 5, 4]],
  ['10k', [1, 25, 25, 16]],
  ['1M', [1, 250, 250, 16]],
]);

const UNIT = { from: -0.99, to: 0.99 };
const POSITIVE = { from: 0.1, to: 4 };

/** Kernels of one operand, with where they are defined. @type {Readonly<Record<string, Range>>} */
const UNARY = {
  Abs: {},
  Acos: UNIT,
  Acosh: { from: 1, to: 5 },
  Asin: UNIT,
  Asinh: {},
  Atan: {},
  Atanh: UNIT,
  Ceil: {},
  Cos: {},
  Cosh: {},
  Elu: {},
  Erf: {},
  Exp: {},
  Expm1: {},
  Floor: {},
  IsFinite: {},
  IsInf: {},
  IsNan: {},
  Log: POSITIVE,
  Log1p: POSITIVE,
  Neg: {},
  OnesLike: {},
  Reciprocal: POSITIVE,
  Relu: {},
  Relu6: { from: -3, to: 9 },
  Round: {},
  Rsqrt: POSITIVE,
  Selu: {},
  Sigmoid: {},
  Sign: {},
  Sin: {},
  Sinh: {},
  Softplus: {},
  Sqrt: POSITIVE,
  Square: {},
  Step: {},
  Tan: { from: -1.5, to: 1.5 },
  Tanh: {},
  ZerosLike: {},
};

/** Those that have attributes. @type {Readonly<Record<string, Record<string, any>>>} */
const UNARY_WITH = {
  ClipByValue: { clipValueMin: -1, clipValueMax: 1 },
  LeakyRelu: { alpha: 0.2 },
  Step: { alpha: 0.1 },
};

/** Kernels of two operands, with their types and the range of the second one. @type {Readonly<Record<string, readonly [readonly Type[], Range?]>>} */
const BINARY = {
  Add: [['float32', 'int32']],
  Sub: [['float32', 'int32']],
  Multiply: [['float32', 'int32']],
  RealDiv: [['float32'], POSITIVE],
  FloorDiv: [['float32', 'int32'], { from: 1, to: 7 }],
  Mod: [['float32', 'int32'], { from: 1, to: 7 }],
  Pow: [['float32']],
  Maximum: [['float32', 'int32']],
  Minimum: [['float32', 'int32']],
  SquaredDifference: [['float32', 'int32']],
  Equal: [['float32', 'int32']],
  NotEqual: [['float32', 'int32']],
  Greater: [['float32', 'int32']],
  GreaterEqual: [['float32', 'int32']],
  Less: [['float32', 'int32']],
  LessEqual: [['float32', 'int32']],
  Atan2: [['float32']],
  Prelu: [['float32']],
  LogicalAnd: [['bool']],
  LogicalOr: [['bool']],
  BitwiseAnd: [['int32'], POSITIVE],
};

/** @param {readonly number[]} shape @param {Type} [dtype] @param {Range} [range] @returns {Operand} */
const operand = (shape, dtype = 'float32', range = {}) => ({ shape, dtype, ...range });

/** Shapes of the second operand. @param {readonly number[]} shape @returns {readonly (readonly [string, readonly number[]])[]} */
const seconds = shape => [
  ['same', shape],
  ['scalar', []],
  ['channels', [shape[3]]],
];

/**
 * @param {string} kernel
 * @param {string} rest of the name
 * @param {Case['inputs']} inputs
 * @param {Record<string, any>} [attrs]
 * @returns {Case}
 */
const make = (kernel, rest, inputs, attrs = {}) => ({
  name: `${kernel} ${rest}`,
  kernel,
  inputs,
  attrs,
  elementwise: false,
});

/** @param {readonly Case[]} cases @returns {Case[]} */
const elementwise = cases => cases.map(one => ({ ...one, elementwise: true }));

/** @returns {Case[]} */
function unaryCases() {
  return SIZES.flatMap(([size, shape]) => [
    ...Object.entries(UNARY).map(([kernel, range]) =>
      make(kernel, `float32 ${size}`, { x: operand(shape, 'float32', range) }, UNARY_WITH[kernel]),
    ),
    ...['ClipByValue', 'LeakyRelu'].map(kernel =>
      make(kernel, `float32 ${size}`, { x: operand(shape) }, UNARY_WITH[kernel]),
    ),
    ...['Abs', 'Neg', 'ClipByValue', 'ZerosLike', 'OnesLike'].map(kernel =>
      make(kernel, `int32 ${size}`, { x: operand(shape, 'int32', { from: -50, to: 50 }) }, UNARY_WITH[kernel]),
    ),
    make('LogicalNot', `bool ${size}`, { x: operand(shape, 'bool') }),
    ...castCases(size, shape),
    make('EluGrad', `float32 ${size}`, { dy: operand(shape), y: operand(shape) }),
  ]);
}

/** @param {string} size @param {readonly number[]} shape */
function castCases(size, shape) {
  const types = /** @type {const} */ (['float32', 'int32', 'bool']);
  const pairs = types.flatMap(from => types.filter(to => to !== from).map(to => /** @type {const} */ ([from, to])));
  return pairs.map(([from, to]) => make('Cast', `${from}->${to} ${size}`, { x: operand(shape, from) }, { dtype: to }));
}

/** @returns {Case[]} */
function binaryCases() {
  return SIZES.flatMap(([size, shape]) =>
    Object.entries(BINARY).flatMap(([kernel, [types, range]]) =>
      types.flatMap(type =>
        seconds(shape).map(([form, second]) => {
          const wide = type === 'int32' ? { from: -50, to: 50 } : kernel === 'Pow' ? POSITIVE : {};
          const [x, y] = [operand(shape, type, wide), operand(second, type, range ?? wide)];
          return make(kernel, `${type} ${size} ${form}`, kernel === 'Prelu' ? { x, alpha: y } : { a: x, b: y });
        }),
      ),
    ),
  );
}

/** Of several operands, and those broadcasts that fewer programs have. @returns {Case[]} */
function furtherElementwise() {
  return SIZES.flatMap(([size, shape]) => [
    make(
      'AddN',
      `float32 ${size} x4`,
      [0, 1, 2, 3].map(() => operand(shape)),
    ),
    .../** @type {Type[]} */ (['float32', 'int32']).map(type =>
      make('Select', `${type} ${size} same`, {
        condition: operand(shape, 'bool'),
        t: operand(shape, type),
        e: operand(shape, type),
      }),
    ),
    ...['Add', 'Multiply', 'Sub', 'RealDiv'].flatMap(kernel => [
      make(kernel, `float32 ${size} scalar-first`, {
        a: operand([], 'float32', POSITIVE),
        b: operand(shape, 'float32', POSITIVE),
      }),
      make(kernel, `float32 ${size} pixels`, {
        a: operand(shape),
        b: operand([...shape.slice(0, 3), 1], 'float32', POSITIVE),
      }),
      make(kernel, `float32 ${size} outer`, {
        a: operand([shape[1], 1, shape[3]]),
        b: operand([1, shape[2], shape[3]], 'float32', POSITIVE),
      }),
    ]),
  ]);
}

const dims = (/** @type {readonly number[]} */ shape) => `[${shape.join(',')}]`;

/** @returns {Case[]} */
function reductionCases() {
  /** @type {readonly (readonly [readonly number[], readonly number[]])[]} */
  const forms = [
    [[10, 10], [1]],
    [
      [1, 7, 7, 1280],
      [1, 2],
    ],
    [
      [32, 100],
      [0, 1],
    ],
    [[1000, 1000], [0]],
    [[1000, 1000], [1]],
    [
      [1000, 1000],
      [0, 1],
    ],
    [
      [16, 50, 50, 25],
      [1, 2],
    ],
    [
      [16, 50, 50, 25],
      [0, 1, 2],
    ],
    [[100, 100, 100], [1]],
  ];
  return forms.flatMap(([shape, axis]) => {
    const rest = `${dims(shape)} over ${dims(axis)}`;
    const attrs = { axis, keepDims: false };
    return [
      ...['Sum', 'Mean', 'Max', 'Min'].map(kernel => make(kernel, `float32 ${rest}`, { x: operand(shape) }, attrs)),
      make('Prod', `float32 ${rest}`, { x: operand(shape, 'float32', { from: 0.9, to: 1.1 }) }, attrs),
      make('Sum', `int32 ${rest}`, { x: operand(shape, 'int32') }, attrs),
      ...['All', 'Any'].map(kernel => make(kernel, rest, { x: operand(shape, 'bool') }, attrs)),
      ...(axis.length === 1
        ? ['ArgMax', 'ArgMin'].map(kernel => make(kernel, rest, { x: operand(shape) }, { axis: axis[0] }))
        : []),
    ];
  });
}

/** Products of matrices: [batch x] rows x inner x columns. @returns {Case[]} */
function matMulCases() {
  /** @type {readonly (readonly [readonly number[], readonly number[], boolean, boolean])[]} */
  const forms = [
    [[1, 4, 4], [1, 4, 4], false, false],
    [[1, 1, 1024], [1, 1024, 1000], false, false],
    [[1, 1, 2048], [1, 2048, 1000], false, false],
    [[1, 32, 784], [1, 784, 128], false, false],
    [[1, 32, 784], [1, 128, 784], false, true],
    [[1, 784, 32], [1, 784, 128], true, false],
    [[1, 128, 128], [1, 128, 128], false, false],
    [[1, 256, 256], [1, 256, 256], false, false],
    [[1, 512, 512], [1, 512, 512], false, false],
    [[1, 512, 512], [1, 512, 512], true, true],
    [[12, 128, 64], [12, 64, 128], false, false],
    [[12, 128, 64], [12, 128, 64], false, true],
  ];
  return forms.map(([a, b, transposeA, transposeB]) => {
    const turned = (/** @type {boolean} */ yes) => (yes ? 'T' : '');
    const rest = `${dims(a)}${turned(transposeA)} x ${dims(b)}${turned(transposeB)}`;
    return make('BatchMatMul', rest, { a: operand(a), b: operand(b) }, { transposeA, transposeB });
  });
}

/** @returns {Case[]} */
function poolCases() {
  /** @type {readonly (readonly [readonly number[], number, number, string])[]} */
  const forms = [
    [[1, 112, 112, 64], 3, 2, 'same'],
    [[32, 28, 28, 8], 2, 2, 'valid'],
    [[32, 14, 14, 16], 2, 2, 'valid'],
    [[1, 7, 7, 1280], 7, 1, 'valid'],
    [[1, 35, 35, 192], 3, 1, 'same'],
  ];
  return forms.flatMap(([shape, filterSize, strides, pad]) => {
    const rest = `${dims(shape)} ${filterSize}x${filterSize} s${strides} ${pad}`;
    const attrs = { filterSize, strides, pad };
    const outHeight =
      pad === 'same' ? Math.ceil(shape[1] / strides) : Math.floor((shape[1] - filterSize) / strides) + 1;
    const y = operand([shape[0], outHeight, outHeight, shape[3]]);
    return [
      ...['MaxPool', 'AvgPool'].map(kernel => make(kernel, rest, { x: operand(shape) }, attrs)),
      make('AvgPoolGrad', rest, { dy: y, input: operand(shape) }, attrs),
      make('MaxPoolGrad', rest, { dy: y, input: operand(shape), output: y }, attrs),
    ];
  });
}

/** @returns {Case[]} */
function normCases() {
  const norms = [
    [1, 7, 7, 4],
    [32, 28, 28, 8],
    [1, 56, 56, 64],
    [1, 112, 112, 96],
    [1, 7, 7, 2048],
  ].map(shape => {
    const channels = [shape[3]];
    const inputs = {
      x: operand(shape),
      scale: operand(channels),
      offset: operand(channels),
      mean: operand(channels),
      variance: operand(channels, 'float32', POSITIVE),
    };
    return make('FusedBatchNorm', dims(shape), inputs, { varianceEpsilon: 1e-3 });
  });
  const softmaxes = [
    [1, 1000],
    [32, 10],
    [1000, 1000],
    [12, 128, 128],
  ].map(shape => make('Softmax', dims(shape), { logits: operand(shape) }, { dim: shape.length - 1 }));
  const lrn = { depthRadius: 5, bias: 1, alpha: 1, beta: 0.5 };
  return [...norms, ...softmaxes, make('LRN', '[1,25,25,16]', { x: operand([1, 25, 25, 16]) }, lrn)];
}

const IMAGES = [1, 250, 250, 16];

/** What moves elements without arithmetic. @returns {Case[]} */
function movingCases() {
  const x = operand(IMAGES);
  const square = operand([1000, 1000]);
  const small = operand([1, 5, 5, 4]);
  /** @type {readonly (readonly [readonly number[], readonly number[]])[]} */
  const transposes = [
    [
      [10, 10],
      [1, 0],
    ],
    [
      [1000, 1000],
      [1, 0],
    ],
    [IMAGES, [0, 3, 1, 2]],
    [
      [1, 16, 250, 250],
      [0, 2, 3, 1],
    ],
    [IMAGES, [0, 2, 1, 3]],
    [
      [100, 100, 100],
      [2, 1, 0],
    ],
    [
      [100, 100, 100],
      [1, 0, 2],
    ],
    [
      [100, 100, 100],
      [0, 2, 1],
    ],
    [
      [1, 128, 12, 64],
      [0, 2, 1, 3],
    ],
  ];
  const edge = /** @type {const} */ ([
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const half = { begin: [0, 50, 50, 0], size: [1, 100, 100, 16] };
  const strided = {
    begin: [0, 0, 0, 0],
    end: IMAGES,
    strides: [1, 2, 2, 1],
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  };
  const indices = (/** @type {number} */ count, /** @type {number} */ to) => operand([count], 'int32', { from: 0, to });
  return [
    ...transposes.map(([shape, perm]) =>
      make('Transpose', `${dims(shape)} to ${dims(perm)}`, { x: operand(shape) }, { perm }),
    ),
    make('PadV2', '[1,5,5,4] edge', { x: small }, { paddings: edge, constantValue: 0 }),
    make('PadV2', '[1,250,250,16] edge', { x }, { paddings: edge, constantValue: 0 }),
    make('PadV2', '[1000,1000] edge', { x: square }, { paddings: edge.slice(1, 3), constantValue: 0 }),
    make('MirrorPad', '[1,250,250,16] reflect', { x }, { paddings: edge, mode: 'reflect' }),
    make('MirrorPad', '[1,250,250,16] symmetric', { x }, { paddings: edge, mode: 'symmetric' }),
    make('Concat', '2x[1,5,5,4] axis 3', [small, small], { axis: 3 }),
    make('Concat', '2x[1,250,250,16] axis 3', [x, x], { axis: 3 }),
    make('Concat', '2x[1,250,250,16] axis 1', [x, x], { axis: 1 }),
    make('Concat', '4x[1000,1000] axis 1', [square, square, square, square], { axis: 1 }),
    make('Slice', '[1,5,5,4] middle', { x: small }, { begin: [0, 1, 1, 0], size: [1, 3, 3, 4] }),
    make('Slice', '[1,250,250,16] middle', { x }, half),
    make('Slice', '[1000,1000] columns', { x: square }, { begin: [0, 250], size: [1000, 500] }),
    make('Slice', '[1000,1000] rows', { x: square }, { begin: [250, 0], size: [500, 1000] }),
    make('StridedSlice', '[1,250,250,16] every 2nd', { x }, strided),
    make('SplitV', '[1,250,250,16] 2 axis 3', { x }, { numOrSizeSplits: 2, axis: 3 }),
    make('SplitV', '[1000,1000] 4 axis 0', { x: square }, { numOrSizeSplits: 4, axis: 0 }),
    make('Pack', '2x[1000,1000] axis 0', [square, square], { axis: 0 }),
    make('Pack', '2x[1000,1000] axis 2', [square, square], { axis: 2 }),
    make('Unpack', '[4,500,500] axis 0', { value: operand([4, 500, 500]) }, { axis: 0 }),
    make('Unpack', '[500,500,4] axis 2', { value: operand([500, 500, 4]) }, { axis: 2 }),
    make('Tile', '[1,125,125,16] 2x2', { x: operand([1, 125, 125, 16]) }, { reps: [1, 2, 2, 1] }),
    make('Tile', '[1000,1] x1000', { x: operand([1000, 1]) }, { reps: [1, 1000] }),
    make('Reverse', '[1,250,250,16] axis 2', { x }, { dims: [2] }),
    make('Reverse', '[1,250,250,16] axis 3', { x }, { dims: [3] }),
    make('Reverse', '[1000,1000] axes 0,1', { x: square }, { dims: [0, 1] }),
    make('FlipLeftRight', '[1,250,250,16]', { image: x }),
    make('GatherV2', '[1000,1000] 500 rows', { x: square, indices: indices(500, 1000) }, { axis: 0, batchDims: 0 }),
    make('GatherV2', '[1000,1000] 500 columns', { x: square, indices: indices(500, 1000) }, { axis: 1, batchDims: 0 }),
    make('GatherNd', '[1000,1000] 500 rows', {
      params: square,
      indices: operand([500, 1], 'int32', { from: 0, to: 1000 }),
    }),
    make(
      'OneHot',
      '10000 of 100',
      { indices: indices(10_000, 100) },
      { dtype: 'int32', depth: 100, onValue: 1, offValue: 0 },
    ),
    make('OneHot', '32 of 10', { indices: indices(32, 10) }, { dtype: 'int32', depth: 10, onValue: 1, offValue: 0 }),
    make('DepthToSpace', '[1,250,250,16] 2', { x }, { blockSize: 2, dataFormat: 'NHWC' }),
    make(
      'SpaceToBatchND',
      '[1,250,250,16] 2x2',
      { x },
      {
        blockShape: [2, 2],
        paddings: [
          [0, 0],
          [0, 0],
        ],
      },
    ),
    make(
      'BatchToSpaceND',
      '[4,125,125,16] 2x2',
      { x: operand([4, 125, 125, 16]) },
      {
        blockShape: [2, 2],
        crops: [
          [0, 0],
          [0, 0],
        ],
      },
    ),
    make('Fill', '1M', {}, { shape: IMAGES, value: 3, dtype: 'float32' }),
    make('Range', '10k', {}, { start: 0, stop: 10_000, step: 1, dtype: 'float32' }),
    make('LinSpace', '10k', {}, { start: 0, stop: 1, num: 10_000 }),
    make('Diag', '1000', { x: operand([1000]) }),
  ];
}

/** @returns {Case[]} */
function imageCases() {
  const resize = ['ResizeBilinear', 'ResizeNearestNeighbor'].flatMap(kernel =>
    [
      { shape: [1, 28, 28, 64], size: [56, 56], alignCorners: false },
      { shape: [1, 224, 224, 3], size: [448, 448], alignCorners: false },
      { shape: [1, 448, 448, 3], size: [224, 224], alignCorners: true },
    ].map(({ shape, size, alignCorners }) =>
      make(
        kernel,
        `${dims(shape)} to ${dims(size)}`,
        { images: operand(shape) },
        {
          size,
          alignCorners,
          halfPixelCenters: !alignCorners,
        },
      ),
    ),
  );
  const crop = { method: 'bilinear', extrapolationValue: 0, cropSize: [64, 64] };
  return [
    ...resize,
    make(
      'CropAndResize',
      '[1,224,224,3] 8 boxes',
      {
        image: operand([1, 224, 224, 3]),
        boxes: operand([8, 4], 'float32', { from: 0, to: 1 }),
        boxInd: operand([8], 'int32', { from: 0, to: 1 }),
      },
      crop,
    ),
    make(
      'RotateWithOffset',
      '[1,224,224,3]',
      { image: operand([1, 224, 224, 3]) },
      { radians: 0.5, fillValue: 0, center: 0.5 },
    ),
    make(
      'Transform',
      '[1,224,224,3]',
      {
        image: operand([1, 224, 224, 3]),
        transforms: operand([1, 8], 'float32', { from: -0.001, to: 0.001 }),
      },
      { interpolation: 'bilinear', fillMode: 'constant', fillValue: 0, outputShape: [224, 224] },
    ),
  ];
}

/** @returns {Case[]} */
function searchCases() {
  const square = operand([1000, 1000]);
  return [
    make('TopK', '[1000,1000] 5', { x: square }, { k: 5, sorted: true }),
    make('TopK', '[1,1000] 5', { x: operand([1, 1000]) }, { k: 5, sorted: true }),
    make('Cumsum', '[1000,1000] axis 1', { x: square }, { axis: 1, exclusive: false, reverse: false }),
    make('Cumsum', '[1000,1000] axis 0', { x: square }, { axis: 0, exclusive: false, reverse: false }),
    make(
      'Cumprod',
      '[1000,1000] axis 1',
      { x: operand([1000, 1000], 'float32', { from: 0.99, to: 1.01 }) },
      { axis: 1, exclusive: false, reverse: false },
    ),
    make(
      'NonMaxSuppressionV3',
      '1000 boxes',
      {
        boxes: operand([1000, 4], 'float32', { from: 0, to: 1 }),
        scores: operand([1000], 'float32', { from: 0, to: 1 }),
      },
      { maxOutputSize: 50, iouThreshold: 0.5, scoreThreshold: 0.1 },
    ),
    make(
      'DenseBincount',
      '[10000] of 100',
      {
        x: operand([10_000], 'int32', { from: 0, to: 100 }),
        weights: operand([0]),
      },
      { size: 100, binaryOutput: false },
    ),
  ];
}

/** The shapes of the benchmark of convolutions. @returns {Case[]} */
function convolutionCases() {
  return SHAPES.flatMap(shape => {
    const { batch, inChannels, outChannels, size, kernel, stride, padding, groups, name } = shape;
    const x = operand([batch, size, size, inChannels]);
    const attrs = {
      strides: [stride, stride],
      pad: padding,
      dataFormat: 'NHWC',
      dilations: [1, 1],
      dimRoundingMode: 'floor',
    };
    if (groups > 1) {
      const inputs = { x, filter: operand([kernel, kernel, inChannels, 1]) };
      const fused = { ...inputs, bias: operand([inChannels]) };
      return [
        make('DepthwiseConv2dNative', name, inputs, attrs),
        make('FusedDepthwiseConv2D', name, fused, { ...attrs, activation: 'relu6' }),
      ];
    }
    const filter = operand([kernel, kernel, inChannels, outChannels]);
    const dy = operand([batch, outSize(shape), outSize(shape), outChannels]);
    return [
      make('Conv2D', name, { x, filter }, attrs),
      make('FusedConv2D', name, { x, filter, bias: operand([outChannels]) }, { ...attrs, activation: 'relu6' }),
      make('Conv2DBackpropInput', name, { dy, filter }, { ...attrs, inputShape: x.shape }),
    ];
  });
}

/** @returns {readonly Case[]} */
function allCases() {
  return [
    ...elementwise([...unaryCases(), ...binaryCases(), ...furtherElementwise()]),
    ...reductionCases(),
    ...matMulCases(),
    ...poolCases(),
    ...normCases(),
    ...movingCases(),
    ...imageCases(),
    ...searchCases(),
    ...convolutionCases(),
  ];
}

/**
 * The cases that fit one of the alternatives of `filter`, which have commas between: all words of it are in the name, in any case; a
 * word that is a kernel's name means just that kernel.
 *
 * @param {string} filter
 */
export function selectCases(filter) {
  const all = allCases();
  const kernels = new Set(all.map(({ kernel }) => kernel));
  const fits = (/** @type {Case} */ { name, kernel }, /** @type {string} */ word) =>
    kernels.has(word) ? kernel === word : name.toLowerCase().includes(word.toLowerCase());
  const alternatives = filter.split(',').map(words => words.trim().split(/\s+/));
  return all.filter(one => alternatives.some(words => words.every(word => fits(one, word))));
}
