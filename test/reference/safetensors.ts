interface PlainTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | bigint)[];
}

/** What a safetensors file holds, each element as a number. */
export interface PlainFile {
  readonly tensors: Map<string, PlainTensor>;
  readonly metadata: Map<string, string>;
}

type Read = (view: DataView, at: number) => number | bigint;

const TYPES = new Map<string, [bytes: number, read: Read]>([
  ['BOOL', [1, (view, at) => view.getUint8(at)]],
  ['U8', [1, (view, at) => view.getUint8(at)]],
  ['I8', [1, (view, at) => view.getInt8(at)]],
  ['U16', [2, (view, at) => view.getUint16(at, true)]],
  ['I16', [2, (view, at) => view.getInt16(at, true)]],
  ['F16', [2, (view, at) => half(view.getUint16(at, true))]],
  ['BF16', [2, (view, at) => upperHalf(view, at)]],
  ['U32', [4, (view, at) => view.getUint32(at, true)]],
  ['I32', [4, (view, at) => view.getInt32(at, true)]],
  ['F32', [4, (view, at) => view.getFloat32(at, true)]],
  ['U64', [8, (view, at) => view.getBigUint64(at, true)]],
  ['I64', [8, (view, at) => view.getBigInt64(at, true)]],
  ['F64', [8, (view, at) => view.getFloat64(at, true)]],
]);

/** Reads a file, or returns null where anything is wrong with it. Slow and plain: it paints each byte that a tensor owns. */
export function readPlainly(file: Uint8Array): PlainFile | null {
  const bytes = Buffer.from(file);
  if (bytes.length < 8) return null;
  const announced = bytes.readBigUInt64LE(0);
  if (announced > 100_000_000n || announced > BigInt(bytes.length - 8)) return null;
  const start = 8 + Number(announced);
  const text = bytes.toString('utf8', 8, start);
  // Not UTF-8 is what does not come back.
  if (!text.startsWith('{') || !Buffer.from(text).equals(bytes.subarray(8, start))) return null;
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return null;
  }
  if (!tokensAreFine(text) || !isObject(header)) return null;

  const body = bytes.subarray(start);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const paint = new Array<number>(body.length).fill(0);
  const borders = new Set([0]);
  const empty: number[] = [];
  const result: PlainFile = { tensors: new Map(), metadata: new Map() };
  for (const [name, entry] of Object.entries(header)) {
    if (!isObject(entry)) return null;
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string') return null;
        result.metadata.set(key, value);
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets, ...others } = entry;
    if (Object.keys(others).length > 0 || !isNumbers(shape) || !isNumbers(offsets) || offsets.length !== 2) return null;
    const [width, read] = TYPES.get(dtype as string) ?? [0, () => 0];
    const [begin, end] = offsets as [number, number];
    let length = BigInt(width);
    for (const n of shape) {
      length *= BigInt(n);
      if (length > Number.MAX_SAFE_INTEGER) return null;
    }
    if (width === 0 || BigInt(end) - BigInt(begin) !== length || end > body.length) return null;
    for (let i = begin; i < end; i++) paint[i] = (paint[i] as number) + 1;
    if (begin === end) empty.push(begin);
    else borders.add(begin).add(end);
    const values = [];
    for (let at = begin; at < end; at += width) values.push(read(view, at));
    result.tensors.set(name, { dtype: dtype as string, shape, values });
  }
  const isWhole = paint.every(times => times === 1) && empty.every(place => borders.has(place));
  return isWhole ? result : null;
}

/** No name twice in an object, numbers whole and safe, strings without halves of surrogate pairs. */
function tokensAreFine(json: string): boolean {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
  const objects: Set<string>[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (token.startsWith('"')) {
      const value: string = JSON.parse(token);
      try {
        encodeURIComponent(value);
      } catch {
        return false;
      }
      if (tokens[i + 1] !== ':') continue;
      if (objects.at(-1)?.has(value)) return false;
      objects.at(-1)?.add(value);
    } else if (/^[-\d]/.test(token)) {
      if (!/^(0|[1-9]\d*)$/.test(token) || BigInt(token) > Number.MAX_SAFE_INTEGER) return false;
    }
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(n => typeof n === 'number');
}

/** IEEE binary16 by its definition, from the digits. */
function half(bits: number): number {
  const digits = bits.toString(2).padStart(16, '0');
  const sign = digits[0] === '1' ? -1 : 1;
  const exponent = Number.parseInt(digits.slice(1, 6), 2);
  const fraction = Number.parseInt(digits.slice(6), 2) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** bfloat16: a float32 without its lower half. */
function upperHalf(view: DataView, at: number): number {
  const whole = new DataView(new ArrayBuffer(4));
  whole.setUint16(2, view.getUint16(at, true), true);
  return whole.getFloat32(0, true);
}
