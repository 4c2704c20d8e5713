import { Struct } from './struct.ts';

/** The version of assembly/index.ts that this host speaks. */
export const ABI_VERSION = 3;

/** Columns of a packed panel in bytes, PANEL_BYTES of assembly/gemm/args.ts. */
export const PANEL_BYTES = 32;
/** GemmArgs.start. */
export const START = { zero: 0, bias: 1, c: 2 } as const;
/** GemmArgs.finish and WinogradDataArgs.finish. */
export const FINISH = { none: 0, clamp: 1, mask: 2 } as const;

/** Elements in a block of an element-wise kernel, ELEMENTWISE_BLOCK of assembly/jobs.ts. */
export const ELEMENTWISE_BLOCK = 16384;
/** COLUMN_BLOCK of assembly/conv/unpackFilter.ts. */
export const UNPACK_COLUMNS = 16;
/** LINE_VECTORS and DEPTH_BLOCK of assembly/winograd/filter.ts. */
export const LINE_VECTORS = 4;
export const FILTER_DEPTH = 64;
/** ROW_BLOCK of assembly/planar/planes.ts. */
export const PLANES_ROWS = 8;
/** TALL_ROWS of assembly/planar/args.ts. */
export const PLANAR_ROWS = 4;
/** KIND_* of assembly/depthwise/args.ts. */
export const DEPTHWISE_KIND = { taps: 0, rows3: 1, rows3Apart: 2, gradient3: 3 } as const;
/** TAP_GROUP of assembly/depthwise/args.ts. */
export const TAP_GROUP = 5;
/** CHANNEL_BLOCK of assembly/conv/sumPixels.ts. */
export const SUM_CHANNELS = 16;
/** ROW_BLOCK of assembly/tensor/transpose.ts. */
export const TRANSPOSE_ROWS = 16;
/** GRADIENT_CHANNELS of assembly/pool/args.ts. */
export const POOL_GRADIENT_CHANNELS = 32;
/** PLANE_ROWS of assembly/pool/args.ts. */
export const POOL_PLANE_ROWS = 16;
/** NORM_CHANNELS of assembly/norm/args.ts. */
export const NORM_CHANNELS = 64;
/** PIXEL_BLOCK of assembly/dropout/dropout.ts. */
export const DROPOUT_PIXELS = 256;
/** ROW_BLOCK of assembly/activation/softmax.ts. */
export const ROW_PRODUCT_COLUMNS = 512;
export const SOFTMAX_ROWS = 32;
/** KIND_* of assembly/activation/activation.ts. */
export const ACTIVATION_KIND = { leakyRelu: 0, hardSwish: 1, sigmoid: 2, tanh: 3, silu: 4 } as const;
/** KIND_* of assembly/elementwise/binary.ts. */
export const BINARY_KIND = {
  add: 0,
  mul: 1,
  sub: 2,
  div: 3,
  max: 4,
  min: 5,
  squaredDifference: 6,
  prelu: 7,
  eluGrad: 8,
  mod: 9,
  pow: 10,
  atan2: 11,
  floorDiv: 12,
  equal: 13,
  notEqual: 14,
  less: 15,
  lessEqual: 16,
  addInt: 17,
  mulInt: 18,
  subInt: 19,
  maxInt: 20,
  minInt: 21,
  squaredDifferenceInt: 22,
  modInt: 23,
  floorDivInt: 24,
  andInt: 25,
  equalInt: 26,
  notEqualInt: 27,
  lessInt: 28,
  lessEqualInt: 29,
  equalBool: 30,
  notEqualBool: 31,
  lessBool: 32,
  lessEqualBool: 33,
  and: 34,
  or: 35,
} as const;
/** TYPE_* of assembly/elementwise/binary.ts. */
export const OPERAND_TYPE = { float32: 0, int32: 1, bool: 2 } as const;
/** SCRATCH_BYTES of assembly/elementwise/binary.ts. */
export const BINARY_SCRATCH = 128;
/** KIND_* of assembly/elementwise/unary.ts. */
export const UNARY_KIND = {
  square: 0,
  sqrt: 1,
  rsqrt: 2,
  neg: 3,
  abs: 4,
  step: 5,
  reciprocal: 6,
  floor: 7,
  ceil: 8,
  round: 9,
  sign: 10,
  clip: 11,
  exp: 12,
  expm1: 13,
  elu: 14,
  log: 15,
  sinh: 16,
  cosh: 17,
  asin: 18,
  acos: 19,
  atan: 20,
  sin: 21,
  cos: 22,
  tan: 23,
  log1p: 24,
  asinh: 25,
  acosh: 26,
  atanh: 27,
  erf: 28,
  softplus: 29,
  isNan: 30,
  isInf: 31,
  isFinite: 32,
  not: 33,
  negInt: 34,
  absInt: 35,
  clipInt: 36,
  floatToInt: 37,
  floatToBool: 38,
  intToFloat: 39,
  intToBool: 40,
  boolToFloat: 41,
  boolToInt: 42,
} as const;
/** GATHER_BLOCK of assembly/tensor/gather.ts. */
export const GATHER_BLOCK = 256;
/** COLUMN_BYTES of assembly/tensor/reduce.ts. */
export const REDUCE_COLUMN_BYTES = 64;
/** KIND_* of assembly/tensor/reduce.ts. */
export const REDUCE_KIND = {
  sum: 0,
  prod: 1,
  max: 2,
  min: 3,
  sumI32: 4,
  maxI32: 5,
  minI32: 6,
  all: 7,
  any: 8,
  argMax: 9,
  argMin: 10,
  argMaxI32: 11,
  argMinI32: 12,
} as const;
/** SCAN_COLUMNS of assembly/tensor/scan.ts. */
export const SCAN_COLUMNS = 64;
/** KIND_* of assembly/tensor/scan.ts. */
export const SCAN_KIND = { sum: 0, prod: 1, sumI32: 2 } as const;
/** KIND_* of assembly/loss/elementwise.ts. */
export const LOSS_KIND = { squared: 0, bceWithLogits: 1 } as const;

const gemm = /* @__PURE__ */ new Struct(
  {
    a: 'ptr',
    aRows: 'ptr',
    aOuter: 'i32',
    aInner: 'i32',
    aStep: 'i32',
    outer: 'i32',
    inner: 'i32',
    length: 'i32',
    b: 'ptr',
    c: 'ptr',
    cRows: 'ptr',
    bias: 'ptr',
    rows: 'i32',
    columns: 'i32',
    groups: 'i32',
    aGroup: 'i32',
    bGroup: 'i32',
    cGroup: 'i32',
    start: 'i32',
    finish: 'i32',
    mask: 'ptr',
    rowBlock: 'i32',
    panelBlock: 'i32',
    tile: 'i32',
    lower: 'f64',
    upper: 'f64',
  },
  (i32, word, f64, double, v) => {
    i32[word] = v.a;
    i32[word + 1] = v.aRows;
    i32[word + 2] = v.aOuter;
    i32[word + 3] = v.aInner;
    i32[word + 4] = v.aStep;
    i32[word + 5] = v.outer;
    i32[word + 6] = v.inner;
    i32[word + 7] = v.length;
    i32[word + 8] = v.b;
    i32[word + 9] = v.c;
    i32[word + 10] = v.cRows;
    i32[word + 11] = v.bias;
    i32[word + 12] = v.rows;
    i32[word + 13] = v.columns;
    i32[word + 14] = v.groups;
    i32[word + 15] = v.aGroup;
    i32[word + 16] = v.bGroup;
    i32[word + 17] = v.cGroup;
    i32[word + 18] = v.start;
    i32[word + 19] = v.finish;
    i32[word + 20] = v.mask;
    i32[word + 21] = v.rowBlock;
    i32[word + 22] = v.panelBlock;
    i32[word + 23] = v.tile;
    f64[double + 12] = v.lower;
    f64[double + 13] = v.upper;
  },
);

const table = /* @__PURE__ */ new Struct({
  target: 'ptr',
  outer: 'i32',
  inner: 'i32',
  length: 'i32',
  outerStride: 'i32',
  innerStride: 'i32',
  stride: 'i32',
  repeat: 'i32',
});

const pack = /* @__PURE__ */ new Struct(
  {
    source: 'ptr',
    target: 'ptr',
    groups: 'i32',
    groupStride: 'i32',
    columns: 'i32',
    columnStride: 'i32',
    outer: 'i32',
    inner: 'i32',
    length: 'i32',
    outerStride: 'i32',
    innerStride: 'i32',
    stride: 'i32',
  },
  (i32, word, _f64, _double, v) => {
    i32[word] = v.source;
    i32[word + 1] = v.target;
    i32[word + 2] = v.groups;
    i32[word + 3] = v.groupStride;
    i32[word + 4] = v.columns;
    i32[word + 5] = v.columnStride;
    i32[word + 6] = v.outer;
    i32[word + 7] = v.inner;
    i32[word + 8] = v.length;
    i32[word + 9] = v.outerStride;
    i32[word + 10] = v.innerStride;
    i32[word + 11] = v.stride;
  },
);

const pad = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  images: 'i32',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  imageStride: 'i32',
  channelStride: 'i32',
  rowStride: 'i32',
  columnStride: 'i32',
  top: 'i32',
  left: 'i32',
  paddedHeight: 'i32',
  paddedWidth: 'i32',
  pixelStride: 'i32',
});

const unpackFilter = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  groups: 'i32',
  columns: 'i32',
  channels: 'i32',
  taps: 'i32',
  pitch: 'i32',
  scale: 'f64',
});

const sumPixels = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  images: 'i32',
  channels: 'i32',
  pixels: 'i32',
  imageStride: 'i32',
  channelStride: 'i32',
  pixelStride: 'i32',
  scale: 'f64',
});

const rowProduct = /* @__PURE__ */ new Struct({
  x: 'ptr',
  w: 'ptr',
  y: 'ptr',
  start: 'ptr',
  rows: 'i32',
  depth: 'i32',
  columns: 'i32',
  lower: 'f64',
  upper: 'f64',
});

const transpose = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  batch: 'i32',
  rows: 'i32',
  columns: 'i32',
});

const stridedCopy = /* @__PURE__ */ new Struct(
  {
    source: 'ptr',
    target: 'ptr',
    n0: 'i32',
    n1: 'i32',
    n2: 'i32',
    n3: 'i32',
    rows: 'i32',
    columns: 'i32',
    s0: 'i32',
    s1: 'i32',
    s2: 'i32',
    s3: 'i32',
    sRow: 'i32',
    sColumn: 'i32',
    t0: 'i32',
    t1: 'i32',
    t2: 'i32',
    t3: 'i32',
    tRow: 'i32',
    tColumn: 'i32',
    rowBlock: 'i32',
    bytes: 'i32',
    value: 'i32',
  },
  (i32, word, _f64, _double, v) => {
    i32[word] = v.source;
    i32[word + 1] = v.target;
    i32[word + 2] = v.n0;
    i32[word + 3] = v.n1;
    i32[word + 4] = v.n2;
    i32[word + 5] = v.n3;
    i32[word + 6] = v.rows;
    i32[word + 7] = v.columns;
    i32[word + 8] = v.s0;
    i32[word + 9] = v.s1;
    i32[word + 10] = v.s2;
    i32[word + 11] = v.s3;
    i32[word + 12] = v.sRow;
    i32[word + 13] = v.sColumn;
    i32[word + 14] = v.t0;
    i32[word + 15] = v.t1;
    i32[word + 16] = v.t2;
    i32[word + 17] = v.t3;
    i32[word + 18] = v.tRow;
    i32[word + 19] = v.tColumn;
    i32[word + 20] = v.rowBlock;
    i32[word + 21] = v.bytes;
    i32[word + 22] = v.value;
  },
);

const gather = /* @__PURE__ */ new Struct({
  source: 'ptr',
  indices: 'ptr',
  target: 'ptr',
  outer: 'i32',
  count: 'i32',
  size: 'i32',
  columns: 'i32',
  bytes: 'i32',
});

const reduce = /* @__PURE__ */ new Struct(
  {
    source: 'ptr',
    target: 'ptr',
    outer: 'i32',
    reduced: 'i32',
    inner: 'i32',
    rowBlock: 'i32',
    kind: 'i32',
    scale: 'f64',
  },
  (i32, word, f64, double, v) => {
    i32[word] = v.source;
    i32[word + 1] = v.target;
    i32[word + 2] = v.outer;
    i32[word + 3] = v.reduced;
    i32[word + 4] = v.inner;
    i32[word + 5] = v.rowBlock;
    i32[word + 6] = v.kind;
    f64[double + 4] = v.scale;
  },
);

const scan = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  outer: 'i32',
  count: 'i32',
  inner: 'i32',
  exclusive: 'i32',
  reverse: 'i32',
  kind: 'i32',
});

const resize = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  rowTable: 'ptr',
  columnTable: 'ptr',
  images: 'i32',
  height: 'i32',
  width: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  channels: 'i32',
  bilinear: 'i32',
  fill: 'f64',
});

const addScaled = /* @__PURE__ */ new Struct({ source: 'ptr', target: 'ptr', count: 'i32', factor: 'f64' });

const scale = /* @__PURE__ */ new Struct({ target: 'ptr', count: 'i32', factor: 'f64' });

const sumOfSquares = /* @__PURE__ */ new Struct({ source: 'ptr', sums: 'ptr', count: 'i32' });

const add = /* @__PURE__ */ new Struct({
  a: 'ptr',
  b: 'ptr',
  target: 'ptr',
  output: 'ptr',
  count: 'i32',
  lower: 'f64',
  upper: 'f64',
});

const binary = /* @__PURE__ */ new Struct(
  {
    a: 'ptr',
    b: 'ptr',
    aEnd: 'ptr',
    bEnd: 'ptr',
    target: 'ptr',
    scratch: 'ptr',
    rows: 'i32',
    columns: 'i32',
    middle: 'i32',
    inner: 'i32',
    aOuter: 'i32',
    aMiddle: 'i32',
    aRow: 'i32',
    aColumn: 'i32',
    bOuter: 'i32',
    bMiddle: 'i32',
    bRow: 'i32',
    bColumn: 'i32',
    rowBlock: 'i32',
    kind: 'i32',
    type: 'i32',
    targetBytes: 'i32',
    scalar: 'f64',
  },
  (i32, word, f64, double, v) => {
    i32[word] = v.a;
    i32[word + 1] = v.b;
    i32[word + 2] = v.aEnd;
    i32[word + 3] = v.bEnd;
    i32[word + 4] = v.target;
    i32[word + 5] = v.scratch;
    i32[word + 6] = v.rows;
    i32[word + 7] = v.columns;
    i32[word + 8] = v.middle;
    i32[word + 9] = v.inner;
    i32[word + 10] = v.aOuter;
    i32[word + 11] = v.aMiddle;
    i32[word + 12] = v.aRow;
    i32[word + 13] = v.aColumn;
    i32[word + 14] = v.bOuter;
    i32[word + 15] = v.bMiddle;
    i32[word + 16] = v.bRow;
    i32[word + 17] = v.bColumn;
    i32[word + 18] = v.rowBlock;
    i32[word + 19] = v.kind;
    i32[word + 20] = v.type;
    i32[word + 21] = v.targetBytes;
    f64[double + 11] = v.scalar;
  },
);

const unary = /* @__PURE__ */ new Struct(
  {
    source: 'ptr',
    target: 'ptr',
    count: 'i32',
    kind: 'i32',
    targetBytes: 'i32',
    low: 'f64',
    high: 'f64',
  },
  (i32, word, f64, double, v) => {
    i32[word] = v.source;
    i32[word + 1] = v.target;
    i32[word + 2] = v.count;
    i32[word + 3] = v.kind;
    i32[word + 4] = v.targetBytes;
    f64[double + 3] = v.low;
    f64[double + 4] = v.high;
  },
);

const select = /* @__PURE__ */ new Struct(
  {
    condition: 'ptr',
    a: 'ptr',
    b: 'ptr',
    target: 'ptr',
    count: 'i32',
    bytes: 'i32',
  },
  (i32, word, _f64, _double, v) => {
    i32[word] = v.condition;
    i32[word + 1] = v.a;
    i32[word + 2] = v.b;
    i32[word + 3] = v.target;
    i32[word + 4] = v.count;
    i32[word + 5] = v.bytes;
  },
);

const dropout = /* @__PURE__ */ new Struct({
  x: 'ptr',
  target: 'ptr',
  count: 'i32',
  channels: 'i32',
  pixels: 'i32',
  key0: 'i32',
  key1: 'i32',
  threshold: 'i32',
  scale: 'f64',
});

const batchNorm = /* @__PURE__ */ new Struct(
  {
    x: 'ptr',
    dy: 'ptr',
    target: 'ptr',
    output: 'ptr',
    partials: 'ptr',
    mean: 'ptr',
    variance: 'ptr',
    runningMean: 'ptr',
    runningVariance: 'ptr',
    weight: 'ptr',
    bias: 'ptr',
    weightGrad: 'ptr',
    biasGrad: 'ptr',
    coefficients: 'ptr',
    images: 'i32',
    channels: 'i32',
    pixels: 'i32',
    channelsLast: 'i32',
    rowBlock: 'i32',
    chunks: 'i32',
    wide: 'i32',
    eps: 'f64',
    momentum: 'f64',
    scale: 'f64',
    lower: 'f64',
    upper: 'f64',
  },
  (i32, word, f64, double, v) => {
    i32[word] = v.x;
    i32[word + 1] = v.dy;
    i32[word + 2] = v.target;
    i32[word + 3] = v.output;
    i32[word + 4] = v.partials;
    i32[word + 5] = v.mean;
    i32[word + 6] = v.variance;
    i32[word + 7] = v.runningMean;
    i32[word + 8] = v.runningVariance;
    i32[word + 9] = v.weight;
    i32[word + 10] = v.bias;
    i32[word + 11] = v.weightGrad;
    i32[word + 12] = v.biasGrad;
    i32[word + 13] = v.coefficients;
    i32[word + 14] = v.images;
    i32[word + 15] = v.channels;
    i32[word + 16] = v.pixels;
    i32[word + 17] = v.channelsLast;
    i32[word + 18] = v.rowBlock;
    i32[word + 19] = v.chunks;
    i32[word + 20] = v.wide;
    f64[double + 11] = v.eps;
    f64[double + 12] = v.momentum;
    f64[double + 13] = v.scale;
    f64[double + 14] = v.lower;
    f64[double + 15] = v.upper;
  },
);

const relu = /* @__PURE__ */ new Struct({ x: 'ptr', dy: 'ptr', target: 'ptr', count: 'i32', upper: 'f64' });

const activation = /* @__PURE__ */ new Struct({
  source: 'ptr',
  dy: 'ptr',
  target: 'ptr',
  count: 'i32',
  kind: 'i32',
  slope: 'f64',
});

const softmax = /* @__PURE__ */ new Struct({ x: 'ptr', y: 'ptr', dy: 'ptr', dx: 'ptr', rows: 'i32', classes: 'i32' });

const pool = /* @__PURE__ */ new Struct(
  {
    x: 'ptr',
    y: 'ptr',
    dx: 'ptr',
    images: 'i32',
    channels: 'i32',
    height: 'i32',
    width: 'i32',
    outHeight: 'i32',
    outWidth: 'i32',
    kernelHeight: 'i32',
    kernelWidth: 'i32',
    strideHeight: 'i32',
    strideWidth: 'i32',
    top: 'i32',
    left: 'i32',
    countIncludePad: 'i32',
  },
  (i32, word, _f64, _double, v) => {
    i32[word] = v.x;
    i32[word + 1] = v.y;
    i32[word + 2] = v.dx;
    i32[word + 3] = v.images;
    i32[word + 4] = v.channels;
    i32[word + 5] = v.height;
    i32[word + 6] = v.width;
    i32[word + 7] = v.outHeight;
    i32[word + 8] = v.outWidth;
    i32[word + 9] = v.kernelHeight;
    i32[word + 10] = v.kernelWidth;
    i32[word + 11] = v.strideHeight;
    i32[word + 12] = v.strideWidth;
    i32[word + 13] = v.top;
    i32[word + 14] = v.left;
    i32[word + 15] = v.countIncludePad;
  },
);

const spread = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  images: 'i32',
  channels: 'i32',
  pixels: 'i32',
  scale: 'f64',
});

const softmaxCrossEntropy = /* @__PURE__ */ new Struct({
  logits: 'ptr',
  probabilities: 'ptr',
  gradient: 'ptr',
  labels: 'ptr',
  losses: 'ptr',
  rows: 'i32',
  classes: 'i32',
  smoothing: 'f64',
});

const elementLoss = /* @__PURE__ */ new Struct({
  prediction: 'ptr',
  target: 'ptr',
  gradient: 'ptr',
  losses: 'ptr',
  count: 'i32',
  kind: 'i32',
  scale: 'f64',
});

const meanLoss = /* @__PURE__ */ new Struct({ losses: 'ptr', count: 'i32', divisor: 'f64' });

const sgd = /* @__PURE__ */ new Struct({
  parameter: 'ptr',
  gradient: 'ptr',
  velocity: 'ptr',
  count: 'i32',
  nesterov: 'i32',
  learningRate: 'f64',
  momentum: 'f64',
  share: 'f64',
  weightDecay: 'f64',
});

const adam = /* @__PURE__ */ new Struct({
  parameter: 'ptr',
  gradient: 'ptr',
  m: 'ptr',
  v: 'ptr',
  count: 'i32',
  beta1: 'f64',
  beta2: 'f64',
  eps: 'f64',
  rate: 'f64',
  scale: 'f64',
  shrink: 'f64',
  weightDecay: 'f64',
});

const winogradData = /* @__PURE__ */ new Struct({
  images: 'ptr',
  planes: 'ptr',
  scratch: 'ptr',
  bias: 'ptr',
  size: 'i32',
  firstTile: 'i32',
  tilesHeight: 'i32',
  tilesWidth: 'i32',
  imageStride: 'i32',
  rowStride: 'i32',
  pixelStride: 'i32',
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  planeStride: 'i32',
  tileStride: 'i32',
  panelStride: 'i32',
  finish: 'i32',
  mask: 'ptr',
  lower: 'f64',
  upper: 'f64',
});

const winogradFilter = /* @__PURE__ */ new Struct({
  filters: 'ptr',
  planes: 'ptr',
  scratch: 'ptr',
  size: 'i32',
  columns: 'i32',
  columnStride: 'i32',
  depth: 'i32',
  kStride: 'i32',
  planeStride: 'i32',
  pitch: 'i32',
  rotated: 'i32',
  scale: 'f64',
});

const planes = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  imageStride: 'i32',
  channelStride: 'i32',
  rowStride: 'i32',
  columnStride: 'i32',
  top: 'i32',
  left: 'i32',
  paddedHeight: 'i32',
  split: 'i32',
  pitch: 'i32',
});

const planarFilter = /* @__PURE__ */ new Struct({
  source: 'ptr',
  target: 'ptr',
  bias: 'ptr',
  inChannels: 'i32',
  kernelHeight: 'i32',
  kernelWidth: 'i32',
  wOut: 'i32',
  wIn: 'i32',
  wRow: 'i32',
  wColumn: 'i32',
  planeStride: 'i32',
  rowStride: 'i32',
  tapColumn: 'i32',
  split: 'i32',
  pitch: 'i32',
  sixes: 'i32',
  fours: 'i32',
  duos: 'i32',
  ones: 'i32',
  threes: 'i32',
  twos: 'i32',
  single: 'i32',
});

const planar = /* @__PURE__ */ new Struct({
  x: 'ptr',
  w: 'ptr',
  y: 'ptr',
  work: 'ptr',
  xImage: 'i32',
  rowStep: 'i32',
  yImage: 'i32',
  yPlane: 'i32',
  yRow: 'i32',
  yColumn: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  sixes: 'i32',
  fours: 'i32',
  duos: 'i32',
  ones: 'i32',
  depth: 'i32',
  triples: 'i32',
  pairs: 'i32',
  singles: 'i32',
  rowBlock: 'i32',
  clamp: 'i32',
  lower: 'f64',
  upper: 'f64',
});

const planarFilterGrad = /* @__PURE__ */ new Struct({
  x: 'ptr',
  dy: 'ptr',
  sums: 'ptr',
  target: 'ptr',
  offsets: 'ptr',
  images: 'i32',
  xImage: 'i32',
  rowStep: 'i32',
  dyImage: 'i32',
  dyPlane: 'i32',
  dyRow: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  outChannels: 'i32',
  taps: 'i32',
  tapTiles: 'i32',
  pitch: 'i32',
  stepImages: 'i32',
  stepRows: 'i32',
  begins: 'i32',
  ends: 'i32',
  scale: 'f64',
});

const planeFrame = {
  source: 'ptr',
  scratch: 'ptr',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  imageStride: 'i32',
  channelStride: 'i32',
  rowStride: 'i32',
  columnStride: 'i32',
  top: 'i32',
  left: 'i32',
  split: 'i32',
  pitch: 'i32',
  inset: 'i32',
} as const;

const depthwisePlanes = /* @__PURE__ */ new Struct({
  ...planeFrame,
  target: 'ptr',
  w: 'ptr',
  bias: 'ptr',
  taps: 'ptr',
  phases: 'ptr',
  filterTaps: 'i32',
  phaseCount: 'i32',
  rowStep: 'i32',
  reach: 'i32',
  rows: 'i32',
  band: 'i32',
  targetHeight: 'i32',
  targetWidth: 'i32',
  kind: 'i32',
  inPlace: 'i32',
  zeros: 'ptr',
  masks: 'ptr',
  rotated: 'i32',
  spare: 'ptr',
  rowParity: 'i32',
  columnParity: 'i32',
  clamp: 'i32',
  lower: 'f64',
  upper: 'f64',
});

const depthwiseFilterGrad = /* @__PURE__ */ new Struct({
  ...planeFrame,
  dy: 'ptr',
  target: 'ptr',
  zeros: 'ptr',
  sums: 'ptr',
  taps: 'ptr',
  filterTaps: 'i32',
  images: 'i32',
  rows: 'i32',
  columns: 'i32',
  rowStep: 'i32',
  reach: 'i32',
  band: 'i32',
  kind: 'i32',
  scale: 'f64',
});

interface KernelEntry {
  readonly struct: { readonly offsets: Readonly<Record<string, number>>; readonly size: number };
  readonly mirrors: string;
  readonly typed: boolean;
  readonly private?: readonly string[];
}

/**
 * Every kernel with its argument struct and the class of assembly/ that it mirrors. `typed`: the binary has the kernel twice,
 * as name_f32 and name_f64. `private`: fields with addresses of working memory, of which each thread needs its own.
 */
export const KERNELS = {
  gemm: { struct: gemm, mirrors: 'GemmArgs', typed: true },
  diagonal: { struct: gemm, mirrors: 'GemmArgs', typed: true },
  planes: { struct: planes, mirrors: 'PlanesArgs', typed: true },
  planarFilter: { struct: planarFilter, mirrors: 'PlanarFilterArgs', typed: true },
  planar: { struct: planar, mirrors: 'PlanarArgs', typed: true, private: ['work'] },
  planarFilterGrad: { struct: planarFilterGrad, mirrors: 'PlanarFilterGradArgs', typed: true },
  depthwisePlanes: {
    struct: depthwisePlanes,
    mirrors: 'DepthwisePlanesArgs',
    typed: true,
    private: ['scratch', 'zeros', 'spare'],
  },
  depthwiseFilterGrad: {
    struct: depthwiseFilterGrad,
    mirrors: 'DepthwiseFilterGradArgs',
    typed: true,
    private: ['scratch', 'zeros', 'sums'],
  },
  pack: { struct: pack, mirrors: 'PackArgs', typed: true },
  pad: { struct: pad, mirrors: 'PadArgs', typed: true },
  unpackFilter: { struct: unpackFilter, mirrors: 'UnpackFilterArgs', typed: true },
  sumPixels: { struct: sumPixels, mirrors: 'SumPixelsArgs', typed: true },
  transpose: { struct: transpose, mirrors: 'TransposeArgs', typed: true },
  stridedCopy: { struct: stridedCopy, mirrors: 'StridedCopyArgs', typed: false },
  gather: { struct: gather, mirrors: 'GatherArgs', typed: false },
  reduce: { struct: reduce, mirrors: 'ReduceArgs', typed: false },
  scan: { struct: scan, mirrors: 'ScanArgs', typed: false },
  resize: { struct: resize, mirrors: 'ResizeArgs', typed: false },
  resizeGrad: { struct: resize, mirrors: 'ResizeArgs', typed: false },
  addScaled: { struct: addScaled, mirrors: 'AddScaledArgs', typed: true },
  scale: { struct: scale, mirrors: 'ScaleArgs', typed: true },
  sumOfSquares: { struct: sumOfSquares, mirrors: 'SumOfSquaresArgs', typed: true },
  add: { struct: add, mirrors: 'AddArgs', typed: true },
  binary: { struct: binary, mirrors: 'BinaryArgs', typed: false, private: ['scratch'] },
  unary: { struct: unary, mirrors: 'UnaryArgs', typed: false },
  select: { struct: select, mirrors: 'SelectArgs', typed: false },
  dropout: { struct: dropout, mirrors: 'DropoutArgs', typed: true },
  batchNormPartials: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  batchNormStatistics: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  batchNormCoefficients: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  scaleShift: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  batchNormGradPartials: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  batchNormGradCoefficients: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  batchNormGrad: { struct: batchNorm, mirrors: 'BatchNormArgs', typed: true },
  relu: { struct: relu, mirrors: 'ReluArgs', typed: true },
  reluGrad: { struct: relu, mirrors: 'ReluArgs', typed: true },
  activation: { struct: activation, mirrors: 'ActivationArgs', typed: true },
  activationGrad: { struct: activation, mirrors: 'ActivationArgs', typed: true },
  softmax: { struct: softmax, mirrors: 'SoftmaxArgs', typed: true },
  softmaxGrad: { struct: softmax, mirrors: 'SoftmaxArgs', typed: true },
  maxPool: { struct: pool, mirrors: 'PoolArgs', typed: true },
  maxPoolGrad: { struct: pool, mirrors: 'PoolArgs', typed: true },
  maxPoolNumbers: { struct: pool, mirrors: 'PoolArgs', typed: false },
  averagePool: { struct: pool, mirrors: 'PoolArgs', typed: true },
  averagePoolGrad: { struct: pool, mirrors: 'PoolArgs', typed: true },
  maxPoolPlanes: { struct: pool, mirrors: 'PoolArgs', typed: true },
  maxPoolPlanesGrad: { struct: pool, mirrors: 'PoolArgs', typed: true },
  averagePoolPlanes: { struct: pool, mirrors: 'PoolArgs', typed: true },
  averagePoolPlanesGrad: { struct: pool, mirrors: 'PoolArgs', typed: true },
  spread: { struct: spread, mirrors: 'SpreadArgs', typed: true },
  softmaxCrossEntropy: { struct: softmaxCrossEntropy, mirrors: 'SoftmaxCrossEntropyArgs', typed: true },
  softmaxCrossEntropyGrad: { struct: softmaxCrossEntropy, mirrors: 'SoftmaxCrossEntropyArgs', typed: true },
  elementLoss: { struct: elementLoss, mirrors: 'ElementLossArgs', typed: true },
  elementLossGrad: { struct: elementLoss, mirrors: 'ElementLossArgs', typed: true },
  meanLoss: { struct: meanLoss, mirrors: 'MeanLossArgs', typed: false },
  sgd: { struct: sgd, mirrors: 'SgdArgs', typed: true },
  adam: { struct: adam, mirrors: 'AdamArgs', typed: true },
  winogradInput: { struct: winogradData, mirrors: 'WinogradDataArgs', typed: true, private: ['scratch'] },
  winogradOutput: { struct: winogradData, mirrors: 'WinogradDataArgs', typed: true, private: ['scratch'] },
  winogradOutputGrad: { struct: winogradData, mirrors: 'WinogradDataArgs', typed: true, private: ['scratch'] },
  winogradFilter: { struct: winogradFilter, mirrors: 'WinogradFilterArgs', typed: true, private: ['scratch'] },
  winogradFilterGrad: { struct: winogradFilter, mirrors: 'WinogradFilterArgs', typed: true, private: ['scratch'] },
  rowProduct: { struct: rowProduct, mirrors: 'RowProductArgs', typed: false },
  table: { struct: table, mirrors: 'TableArgs', typed: false },
} as const satisfies Record<string, KernelEntry>;

export type KernelName = keyof typeof KERNELS;
export type KernelArgs<K extends KernelName> = Parameters<(typeof KERNELS)[K]['struct']['write']>[2];
