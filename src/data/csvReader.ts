import { DataFormatError } from '../errors.ts';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Powers of ten, each exact, up to the digits that a float64 holds for certain. */
const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
const EXACT_DIGITS = 15;

/** Cells of a CSV text (RFC 4180, lines ended by CRLF or LF), one after the other. */
export class CsvReader {
  /** Line of the next cell, counted from 1. */
  line = 1;
  /** Whether the cell that was read last was the last of its row. */
  rowEnded = true;
  readonly #text: string;
  readonly #name: string;
  readonly #delimiter: number;
  #at: number;

  constructor(text: string, name: string, delimiter: string) {
    this.#text = text;
    this.#name = name;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** Whether there is no further row. */
  get done(): boolean {
    return this.rowEnded && this.#at >= this.#text.length;
  }

  /** At most so many rows with `columns` numbers each follow: a number has a character at least, and one that ends it. */
  mostRows(columns: number): number {
    let lines = this.#text.endsWith('\n') ? 0 : 1;
    for (let at = this.#text.indexOf('\n', this.#at); at >= 0; at = this.#text.indexOf('\n', at + 1)) lines++;
    return Math.min(lines, Math.floor((this.#text.length - this.#at + 1) / (2 * columns)));
  }

  /** The next cell without its quotes. */
  text(): string {
    return this.#text.charCodeAt(this.#at) === QUOTE ? this.#quoted() : this.#plain();
  }

  /** The next cell as a number, or its text where it is none. */
  number(): number | string {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    const negative = code === MINUS;
    if (negative || code === PLUS) code = text.charCodeAt(++at);
    let value = 0;
    let digits = 0;
    let decimals = 0;
    for (; code >= ZERO && code <= NINE; digits++) {
      value = 10 * value + code - ZERO;
      code = text.charCodeAt(++at);
    }
    if (code === DOT) {
      code = text.charCodeAt(++at);
      for (; code >= ZERO && code <= NINE; decimals++) {
        value = 10 * value + code - ZERO;
        code = text.charCodeAt(++at);
      }
    }
    digits += decimals;
    // Both are exact, so their quotient is the nearest number there is.
    if (digits > 0 && digits <= EXACT_DIGITS && this.#end(at)) {
      value /= POWERS[decimals] as number;
      return negative ? -value : value;
    }
    const cell = this.text();
    return decimal(cell) ?? cell;
  }

  /** Goes past the end of a cell if there is one at `at`. */
  #end(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    if (code === this.#delimiter) {
      this.#at = at + 1;
      this.rowEnded = false;
      return true;
    }
    const newline =
      code === LINE_FEED ? 1 : code === CARRIAGE_RETURN && this.#text.charCodeAt(at + 1) === LINE_FEED ? 2 : 0;
    if (newline === 0 && at < this.#text.length) return false;
    this.#at = at + newline;
    this.line += newline > 0 ? 1 : 0;
    this.rowEnded = true;
    return true;
  }

  #plain(): string {
    const start = this.#at;
    let at = start;
    const { line } = this;
    while (!this.#end(at)) {
      if (this.#text.charCodeAt(at) === QUOTE) {
        throw new DataFormatError(`line ${line}: there is a quote in a cell that does not begin with one`, this.#name);
      }
      at++;
    }
    return this.#text.slice(start, at);
  }

  #quoted(): string {
    const { line } = this;
    const text = this.#text;
    const start = this.#at + 1;
    let doubled = false;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LINE_FEED) this.line++;
      if (code !== QUOTE) continue;
      if (text.charCodeAt(at + 1) === QUOTE) {
        doubled = true;
        at++;
      } else if (this.#end(at + 1)) {
        const cell = text.slice(start, at);
        return doubled ? cell.replaceAll('""', '"') : cell;
      } else {
        throw new DataFormatError(
          `line ${this.line}: there is something after the closing quote of a cell`,
          this.#name,
        );
      }
    }
    throw new DataFormatError(`line ${line}: a cell has no closing quote`, this.#name);
  }
}

/** The finite number that a cell holds in decimal notation, with blanks around it or not; else undefined. */
export function decimal(cell: string): number | undefined {
  if (!/^[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[ \t]*$/i.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}
