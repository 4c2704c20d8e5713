import type { LinearMemory } from './memory.ts';

/** `ptr` and `i32` take four bytes, `f64` eight. */
type FieldType = 'ptr' | 'i32' | 'f64';
export type Fields = Readonly<Record<string, FieldType>>;
/** A value for each field of a struct. */
export type StructValues<F extends Fields> = { readonly [K in keyof F]: number };

/**
 * The host's side of an argument struct (an `@unmanaged` class in assembly/): its fields in order, laid out as AssemblyScript does
 * it, each aligned to its own size. test/runtime/abi.test.ts holds the two sides to each other.
 */
export class Struct<F extends Fields = Fields> {
  readonly fields: F;
  readonly offsets: Readonly<Record<keyof F, number>>;
  /** Bytes. */
  readonly size: number;
  /** Field names and their places in units of the field's size, apart by kind, for `write`. */
  readonly #words: Places;
  readonly #doubles: Places;
  readonly #writer: Writer<F> | undefined;

  /**
   * @param writer does what `write` does, field by field: for structs on the path of small calls (0.05 us for the 25 fields of a
   *   product instead of 0.25, since every property is looked up at a place of its own)
   */
  constructor(fields: F, writer?: Writer<F>) {
    this.#writer = writer;
    const offsets: Record<string, number> = {};
    const words = { names: [] as string[], at: [] as number[] };
    const doubles = { names: [] as string[], at: [] as number[] };
    let offset = 0;
    for (const [name, type] of Object.entries(fields)) {
      const bytes = type === 'f64' ? 8 : 4;
      offset = Math.ceil(offset / bytes) * bytes;
      offsets[name] = offset;
      const places = type === 'f64' ? doubles : words;
      places.names.push(name);
      places.at.push(offset / bytes);
      offset += bytes;
    }
    this.fields = fields;
    this.offsets = offsets as Record<keyof F, number>;
    this.size = offset;
    this.#words = words;
    this.#doubles = doubles;
  }

  /** Writes the struct at `address` (a multiple of 8). Values above 2^31 wrap, as addresses in wasm do. */
  write(memory: LinearMemory, address: number, values: StructValues<F>): void {
    if (this.#writer) this.#writer(memory.i32, address / 4, memory.f64, address / 8, values);
    else this.writeByName(memory, address, values);
  }

  /** As `write`, for any fields. */
  writeByName(memory: LinearMemory, address: number, values: StructValues<F>): void {
    // Plain loops: this is on the path of every call (0.1 us for 24 fields; twice that with entries and for-of).
    const { names, at } = this.#words;
    const i32 = memory.i32;
    const word = address / 4;
    for (let i = 0; i < names.length; i++) i32[word + (at[i] as number)] = values[names[i] as string] as number;
    const doubles = this.#doubles;
    if (doubles.names.length === 0) return;
    const f64 = memory.f64;
    const double = address / 8;
    for (let i = 0; i < doubles.names.length; i++) {
      f64[double + (doubles.at[i] as number)] = values[doubles.names[i] as string] as number;
    }
  }
}

/** Writes the fields of a struct at place `word` of i32 and place `double` of f64. */
export type Writer<F extends Fields> = (
  i32: Int32Array,
  word: number,
  f64: Float64Array,
  double: number,
  values: StructValues<F>,
) => void;

interface Places {
  readonly names: readonly string[];
  readonly at: readonly number[];
}
