import { afterAll, describe, expect, it } from 'vitest';
import {
  avgPool2d,
  avgPool2dGrad,
  conv2d,
  conv2dBiasGrad,
  conv2dFilterGrad,
  conv2dInputGrad,
  maxPool2dGrad,
} from '../src/ops/index.ts';
import { expectRelative, expectWithin, Ledger, type Numbers, winogradBound } from './helpers/compare.ts';
import { sharedFile } from './helpers/shared.ts';
import { made } from './helpers/tensors.ts';
import {
  at,
  type DType,
  dtypes,
  epsilon,
  filled,
  largest,
  magnitude,
  type Pair,
  type Quad,
  random,
  transposed,
  type Values,
  valuesOf,
} from './helpers/values.ts';
import * as reference from './reference/conv2d.ts';

type Algorithm = 'direct' | 'planar' | 'winograd2' | 'winograd4';

interface Stored {
  readonly dims: number[];
  readonly data: number[];
}

/** A case of any of the three files, in our layout (NCHW, OIHW) and with our options. */
interface ConvCase {
  readonly name: string;
  readonly x: Values;
  readonly w: Values;
  readonly b: Values | null;
  readonly options: { stride: Pair; padding: Quad; dilation: Pair; groups: number };
  /** How far the stored results are from the exact ones: they were computed in float32, or printed with few digits. */
  readonly tolerance: number;
  readonly expected: { y?: Values; dx?: Values; dw?: Values; db?: Values };
}

const stored = ({ dims, data }: Stored): Values => valuesOf(dims, data);

/** The padding that ONNX calls SAME_LOWER: as 'same', but the extra row or column is at the top or left. */
function sameLower(input: Pair, kernel: Pair, stride: Pair, dilation: Pair): Quad {
  const [top, left, bottom, right] = reference.explicitPadding('same', input, kernel, stride, dilation);
  return [bottom, right, top, left];
}

// ---- burn: NCHW, OIHW, dy all ones, results printed with five decimals -----------------------------------------------

interface BurnCase {
  readonly name: string;
  readonly op: 'conv2d' | 'convTranspose2d' | 'maxPool2d' | 'avgPool2d';
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation?: Pair;
  readonly groups: number;
  readonly kernel: Pair;
  readonly countIncludePad?: boolean;
  readonly x: Stored;
  readonly weight: Stored;
  readonly bias?: Stored;
  readonly expected: { y?: Stored; dx?: Stored; dw?: Stored; db?: Stored };
}

const burnFile = sharedFile('vectors/burn-gradients.json');
const burn = burnFile.json<BurnCase>();
const burnPrinted = 5.1e-6;

function fromBurn(c: BurnCase): ConvCase {
  const [h, w] = c.padding;
  const expected: ConvCase['expected'] = {};
  for (const key of ['y', 'dx', 'dw', 'db'] as const) {
    const value = c.expected[key];
    if (value) expected[key] = stored(value);
  }
  return {
    name: c.name,
    x: stored(c.x),
    w: stored(c.weight),
    b: c.bias ? stored(c.bias) : null,
    options: { stride: c.stride, padding: [h, w, h, w], dilation: c.dilation ?? [1, 1], groups: c.groups },
    tolerance: burnPrinted,
    expected,
  };
}

// ---- ONNX: NCHW, OIHW, results computed in float32 -------------------------------------------------------------------

interface OnnxCase {
  readonly name: string;
  readonly op: 'Conv' | 'ConvTranspose';
  readonly attrs: {
    auto_pad?: string;
    kernel_shape?: number[];
    pads?: number[];
    strides?: number[];
    dilations?: number[];
    group?: number;
  };
  readonly inputs: Stored[];
  readonly expected: Stored[];
}

const onnxFile = sharedFile('vectors/onnx-conv.json');
const onnx = onnxFile.json<OnnxCase>();
const spatialRank = (c: OnnxCase): number => (c.inputs[0] as Stored).dims.length - 2;

/** A 1-D convolution is a 2-D one of height 1. */
function fromOnnx(c: OnnxCase): ConvCase {
  const flat = spatialRank(c) === 1;
  const image = (a: Stored): Values => {
    const [n, ch, ...space] = a.dims as [number, number, ...number[]];
    return valuesOf(flat ? [n, ch, 1, ...space] : a.dims, a.data);
  };
  const two = (list: number[] | undefined): Pair => (list ? ((flat ? [1, ...list] : list) as unknown as Pair) : [1, 1]);
  const [x, w, b] = c.inputs as [Stored, Stored, Stored?];
  const [stride, dilation] = [two(c.attrs.strides), two(c.attrs.dilations)];
  const [inputs, filters] = [image(x), image(w)];
  const size: Pair = [at(inputs.shape, 2), at(inputs.shape, 3)];
  const kernel: Pair = [at(filters.shape, 2), at(filters.shape, 3)];
  const pads = c.attrs.pads ?? (flat ? [0, 0] : [0, 0, 0, 0]);
  const paddings: Record<string, () => Quad> = {
    NOTSET: () => (flat ? [0, at(pads, 0), 0, at(pads, 1)] : (pads as unknown as Quad)),
    VALID: () => [0, 0, 0, 0],
    SAME_UPPER: () => reference.explicitPadding('same', size, kernel, stride, dilation),
    SAME_LOWER: () => sameLower(size, kernel, stride, dilation),
  };
  const padding = paddings[c.attrs.auto_pad ?? 'NOTSET'];
  if (padding === undefined) throw new Error(`${c.name}: unknown auto_pad ${c.attrs.auto_pad}`);
  return {
    name: c.name,
    x: inputs,
    w: filters,
    b: b ? stored(b) : null,
    options: { stride, padding: padding(), dilation, groups: c.attrs.group ?? 1 },
    tolerance: 1e-6,
    expected: { y: image(c.expected[0] as Stored) },
  };
}

// ---- WebNN: layouts as options, padding as [top, bottom, left, right] ------------------------------------------------

interface WebnnCase {
  readonly name: string;
  readonly op: 'conv2d' | 'convTranspose2d';
  readonly options: {
    padding?: Quad;
    strides?: Pair;
    dilations?: Pair;
    groups?: number;
    inputLayout?: 'nchw' | 'nhwc';
    filterLayout?: 'oihw' | 'hwio' | 'ohwi' | 'ihwo';
  };
  readonly input: Stored;
  readonly filter: Stored;
  readonly bias?: Stored;
  readonly expected: Stored;
  readonly atol?: number;
}

const webnnFile = sharedFile('vectors/webnn-conv.json');
const webnn = webnnFile.json<WebnnCase>();
const webnnOptions = ['padding', 'strides', 'dilations', 'groups', 'inputLayout', 'filterLayout'];

/** Brings axes named as in `layout` into the order of `wanted`. */
const ordered = (a: Stored, layout: string, wanted: string): Values =>
  transposed(
    stored(a),
    [...wanted].map(axis => layout.indexOf(axis)),
  );

function fromWebnn(c: WebnnCase): ConvCase {
  const unknown = Object.keys(c.options).filter(key => !webnnOptions.includes(key));
  if (unknown.length > 0) throw new Error(`${c.name}: unknown options ${unknown}`);
  const { padding: [top, bottom, left, right] = [0, 0, 0, 0], strides = [1, 1], dilations = [1, 1] } = c.options;
  const { groups = 1, inputLayout = 'nchw', filterLayout = 'oihw' } = c.options;
  const y = ordered(c.expected, inputLayout, 'nchw');
  return {
    name: `${c.name} (${inputLayout}, ${filterLayout})`,
    x: ordered(c.input, inputLayout, 'nchw'),
    w: ordered(c.filter, filterLayout, 'oihw'),
    b: c.bias ? stored(c.bias) : null,
    options: { stride: strides, padding: [top, left, bottom, right], dilation: dilations, groups },
    tolerance: Math.max(1e-6, (c.atol ?? 0) / Math.max(1, largest(y))),
    expected: { y },
  };
}

// ---- one body for all ------------------------------------------------------------------------------------------------

/** What can compute a case: Winograd's algorithms take 3x3 filters at stride 1 only, planar one group or depthwise. */
function algorithmsFor({ w, options: { stride, dilation, groups, padding } }: ConvCase): Algorithm[] {
  const ones = [...stride, ...dilation, groups].every(n => n === 1);
  const fits = ones && w.shape[2] === 3 && w.shape[3] === 3 && padding.every(n => n <= 2);
  const planar = groups === 1 || (w.shape[0] === groups && w.shape[1] === 1);
  return ['direct', ...(planar ? (['planar'] as const) : []), ...(fits ? (['winograd2', 'winograd4'] as const) : [])];
}

type Results<T> = Record<'y' | 'dx' | 'dw' | 'db', T>;

/** Ones where the case has gradients stored, as burn made them; elsewhere anything will do. */
const outputGrad = (c: ConvCase): Values => {
  const { outputShape } = reference.taps(c.x.shape, c.w.shape, c.options);
  return c.expected.dx ? filled(outputShape, 1) : random(outputShape, 1);
};

function results(c: ConvCase, dtype: DType, algorithm: Algorithm): Results<Numbers> {
  const options = { ...c.options, algorithm };
  const [x, w, b, dy] = [made(c.x, dtype), made(c.w, dtype), c.b && made(c.b, dtype), made(outputGrad(c), dtype)];
  return {
    y: conv2d(x, w, b, options),
    dx: conv2dInputGrad(dy, w, c.x.shape, options),
    dw: conv2dFilterGrad(x, dy, c.w.shape, options),
    db: conv2dBiasGrad(dy),
  };
}

function references(c: ConvCase, of = (a: Values) => a): Results<Values> {
  const [x, w, b, dy] = [of(c.x), of(c.w), c.b && of(c.b), of(outputGrad(c))];
  return {
    y: reference.conv2d(x, w, b, c.options),
    dx: reference.conv2dInputGrad(dy, w, c.x.shape, c.options),
    dw: reference.conv2dFilterGrad(x, dy, c.w.shape, c.options),
    db: reference.conv2dBiasGrad(dy),
  };
}

/** How many products each result sums. */
function terms(c: ConvCase): Results<number> {
  const [O, I, KH, KW] = c.w.shape as unknown as Quad;
  const { outputShape } = reference.taps(c.x.shape, c.w.shape, c.options);
  const pixels = at(outputShape, 0) * at(outputShape, 2) * at(outputShape, 3);
  return { y: I * KH * KW + 1, dx: (O / c.options.groups) * KH * KW, dw: pixels, db: pixels };
}

const files = [
  { file: burnFile, name: 'burn', make: () => burn.filter(c => c.op === 'conv2d').map(fromBurn), count: 23 },
  {
    file: onnxFile,
    name: 'ONNX',
    make: () => onnx.filter(c => c.op === 'Conv' && spatialRank(c) <= 2).map(fromOnnx),
    count: 25,
  },
  { file: webnnFile, name: 'WebNN', make: () => webnn.filter(c => c.op === 'conv2d').map(fromWebnn), count: 64 },
];

describe.each(files)('$name', ({ file, name, make, count }) => {
  describe.skipIf(file.missing)(file.title(`convolutions of ${name}`), () => {
    const cases = file.missing ? [] : make();
    const against = {
      stored: new Ledger(`${name}, against the stored results`),
      exact: new Ledger(`${name}, against float64`),
    };
    afterAll(() => console.log(`${against.stored.summary()}\n${against.exact.summary()}`));

    it(`are ${count} cases`, () => expect(cases).toHaveLength(count));

    it.each(cases)('$name: the reference gives the stored results', c => {
      const computed = references(c);
      for (const [what, value] of Object.entries(c.expected))
        expectRelative(computed[what as keyof ConvCase['expected']], value, c.tolerance, what);
    });

    describe.each(dtypes)('in %s: forward and the three gradients', dtype => {
      it.each(cases)('$name', c => {
        const [exact, scale, count] = [references(c), references(c, magnitude), terms(c)];
        const dy = outputGrad(c);
        const factors = { y: [c.x, c.w, c.b], dx: [dy, c.w], dw: [c.x, dy], db: [dy, dy] } as const;
        for (const algorithm of algorithmsFor(c)) {
          const ours = results(c, dtype, algorithm);
          const kind = `${dtype} ${algorithm}`;
          for (const [what, value] of Object.entries(c.expected)) {
            const tolerance = algorithm === 'winograd4' ? Math.max(c.tolerance, 5e-6) : c.tolerance;
            const error = expectRelative(ours[what as keyof typeof ours], value, tolerance, `${what} by ${algorithm}`);
            against.stored.record(kind, error, `${c.name} ${what}`);
          }
          for (const what of ['y', 'dx', 'dw', 'db'] as const) {
            // Twice the bound of the sum itself: the inputs, too, are rounded to the dtype.
            const unit = 2 * Math.sqrt(count[what]) * epsilon[dtype];
            const isWinograd = (algorithm === 'winograd2' || algorithm === 'winograd4') && what !== 'db';
            const [left, right, added] = factors[what];
            const bound = isWinograd
              ? () => 2 * winogradBound(algorithm, dtype, count[what], left, right, added ?? undefined)
              : (i: number): number => unit * at(scale[what].data, i);
            const error = expectWithin(ours[what], exact[what], bound, `${what} by ${algorithm} against float64`);
            against.exact.record(kind, error / (largest(exact[what]) || 1), `${c.name} ${what}`);
          }
        }
      });
    });
  });
});

// ---- pools of burn ---------------------------------------------------------------------------------------------------

/** What a pool of burn asks for that ours do not have. */
const unsupported = (c: BurnCase): boolean => String(c.dilation ?? [1, 1]) !== '1,1' || c.name.includes('ceil_mode');

describe.skipIf(burnFile.missing)(burnFile.title('pools of burn'), () => {
  const pools = burn.filter(c => c.op.endsWith('Pool2d'));

  it('are 8, of which dilation and ceil mode are left out: our pools have neither', () => {
    expect(pools.filter(unsupported).map(c => c.name)).toEqual([
      'burn autodiff_maxpool2d::test_max_pool2d_with_dilation',
      'burn autodiff_maxpool2d::test_max_pool2d_ceil_mode',
    ]);
    expect(pools).toHaveLength(8);
  });

  describe.each(dtypes)('gradients in %s', dtype => {
    it.each(pools.filter(c => !unsupported(c)))('$name', c => {
      const x = made(stored(c.x), dtype);
      const [h, w] = c.padding;
      const options = { kernelSize: c.kernel, stride: c.stride, padding: [h, w, h, w] as Quad };
      const expected = stored(c.expected.dx as Stored);
      const average = { ...options, countIncludePad: c.countIncludePad ?? true };
      const P = reference.outputLength(at(c.x.dims, 2), 2 * h, c.kernel[0], c.stride[0], 1);
      const Q = reference.outputLength(at(c.x.dims, 3), 2 * w, c.kernel[1], c.stride[1], 1);
      const dy = made(filled([at(c.x.dims, 0), at(c.x.dims, 1), P, Q], 1), dtype);
      if (c.op === 'avgPool2d') expect(avgPool2d(x, average).shape).toEqual(dy.shape);
      const dx = c.op === 'maxPool2d' ? maxPool2dGrad(dy, x, options) : avgPool2dGrad(dy, x.shape, average);
      expectWithin(dx, expected, () => burnPrinted, 'dx');
    });
  });
});

// ---- what is left out ------------------------------------------------------------------------------------------------

describe('left out, until there is an op for it', () => {
  it.skipIf(burnFile.missing)(burnFile.title('19 transposed convolutions of burn'), () =>
    expect(burn.filter(c => c.op === 'convTranspose2d')).toHaveLength(19),
  );
  it.skipIf(onnxFile.missing)(onnxFile.title('14 transposed and 7 three-dimensional convolutions of ONNX'), () => {
    expect(onnx.filter(c => c.op === 'ConvTranspose')).toHaveLength(14);
    expect(onnx.filter(c => c.op === 'Conv' && spatialRank(c) === 3)).toHaveLength(7);
  });
  it.skipIf(webnnFile.missing)(webnnFile.title('31 transposed convolutions of WebNN'), () =>
    expect(webnn.filter(c => c.op === 'convTranspose2d')).toHaveLength(31),
  );
});
