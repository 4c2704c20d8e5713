const ARRAYS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const;

/** Element types of the format that can be read. */
export type StoredDType = keyof typeof ARRAYS;
/** Elements as they are read: F16 and BF16 become float32, which holds each of their numbers, BOOL is a byte each. */
export type StoredData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface ElementsConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): StoredData;
}

/** The names of the element types, as an error lists them. */
export function storedDTypes(): string {
  return Object.keys(ARRAYS).join(', ');
}

export function isStoredDType(dtype: string): dtype is StoredDType {
  return Object.hasOwn(ARRAYS, dtype);
}

/** Bytes of an element in the file. */
export function elementBytes(dtype: StoredDType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** @param bytes those of the elements, which are copied only where a typed array cannot begin */
export function readElements(dtype: StoredDType, bytes: Uint8Array): StoredData {
  const Elements: ElementsConstructor = ARRAYS[dtype];
  const { buffer, byteOffset } = bytes.byteOffset % Elements.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  const elements = new Elements(buffer, byteOffset, bytes.length / Elements.BYTES_PER_ELEMENT);
  if (dtype === 'F16') return Float32Array.from(elements as Uint16Array, half);
  if (dtype === 'BF16') return brainFloats(elements as Uint16Array);
  return elements;
}

/** The number of an IEEE binary16: a sign, 5 bits of exponent, 10 of mantissa. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** A bfloat16 is the upper half of a float32. */
function brainFloats(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, upper => upper << 16);
  return new Float32Array(bits.buffer);
}
