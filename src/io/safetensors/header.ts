/** Throws the error that names the file. */
export type Refuse = (problem: string) => never;

/** What the header says of a tensor. The numbers are whole and safe; whether they fit together is not known yet. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its first byte after the header, and the one behind its last. */
  readonly begin: number;
  readonly end: number;
}

interface Header {
  /** In the header's order. */
  readonly entries: Map<string, HeaderEntry>;
  readonly metadata: Map<string, string>;
}

/**
 * Reads the JSON of a header. `JSON.parse` would not do: it keeps the last of two equal names, takes 1.0 and 1e3 for whole numbers
 * and rounds those that are too large. This one knows no JSON but that of a header, so it is not recursive.
 */
export function readHeader(text: string, refuse: Refuse): Header {
  const json = new Scanner(text, refuse);
  const metadata = new Map<string, string>();
  const entries = new Map<string, HeaderEntry>();
  json.object('the header', name => {
    if (name !== '__metadata__') entries.set(name, readEntry(json, name, refuse));
    else json.object(name, key => metadata.set(key, json.string(`the text of ${shown(key)} in ${name}`)));
  });
  json.end();
  return { entries, metadata };
}

function readEntry(json: Scanner, name: string, refuse: Refuse): HeaderEntry {
  const label = shown(name);
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  json.object(label, key => {
    if (key === 'dtype') dtype = json.string(`the dtype of ${label}`);
    else if (key === 'shape') shape = json.wholeNumbers(`the shape of ${label}`);
    else if (key === 'data_offsets') offsets = json.wholeNumbers(`the data_offsets of ${label}`);
    else refuse(`${label} has ${shown(key)}, but only dtype, shape and data_offsets belong to a tensor`);
  });
  const missing = dtype === undefined ? 'dtype' : shape === undefined ? 'shape' : 'data_offsets';
  if (dtype === undefined || shape === undefined || offsets === undefined) return refuse(`${label} has no ${missing}`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length > 2)
    return refuse(`the data_offsets of ${label} are ${offsets.length} numbers, not 2`);
  return { dtype, shape, begin, end };
}

/** A name from a file, as an error shows it. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}

/** Walks through a JSON text. Loops over characters, since a regular expression's stack could overflow on a long one. */
class Scanner {
  readonly #text: string;
  readonly #refuse: Refuse;
  #at = 0;

  constructor(text: string, refuse: Refuse) {
    this.#text = text;
    this.#refuse = refuse;
  }

  /** An object without equal names; `read` reads the value of each. */
  object(what: string, read: (name: string) => unknown): void {
    const names = new Set<string>();
    this.#expect('{', what);
    if (this.#take('}')) return;
    do {
      const name = this.string(`a name in ${what}`);
      if (names.has(name)) this.#refuse(`${what} has ${shown(name)} twice`);
      names.add(name);
      this.#expect(':', what);
      read(name);
    } while (this.#take(','));
    this.#expect('}', what);
  }

  wholeNumbers(what: string): number[] {
    const numbers: number[] = [];
    this.#expect('[', what);
    if (this.#take(']')) return numbers;
    do numbers.push(this.#wholeNumber(what));
    while (this.#take(','));
    this.#expect(']', what);
    return numbers;
  }

  string(what: string): string {
    this.#expect('"', what);
    const begin = this.#at - 1;
    let end = this.#text.indexOf('"', this.#at);
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) this.#refuse(`the header ends inside ${what}`);
    this.#at = end + 1;
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(begin, this.#at));
    } catch {
      return this.#refuse(`${what} is no valid JSON string (at character ${begin} of the header)`);
    }
    // Half of a pair of surrogates, which an escape can write, is no text: no other reader would find the name.
    if (/\p{Cs}/u.test(value)) this.#refuse(`${what} is no valid Unicode (at character ${begin} of the header)`);
    return value;
  }

  /** Nothing but white space is left. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#refuse(`the header goes on after its end, at character ${this.#at}`);
  }

  #wholeNumber(what: string): number {
    this.#skipSpace();
    const begin = this.#at;
    let value = 0;
    // A number that begins with 0 is 0: what follows is refused by who reads on.
    for (let digit = this.#digit(); digit >= 0; digit = value === 0 ? -1 : this.#digit()) {
      value = 10 * value + digit;
      this.#at++;
      if (value > Number.MAX_SAFE_INTEGER) this.#refuse(`${what} has a number above 2^53 - 1`);
    }
    if (this.#at === begin) this.#unexpected('a whole number', what);
    return value;
  }

  /** The digit that comes next, or -1. */
  #digit(): number {
    const digit = this.#text.charCodeAt(this.#at) - 48;
    return digit >= 0 && digit <= 9 ? digit : -1;
  }

  /** Whether an odd number of backslashes stands before a place. */
  #isEscaped(place: number): boolean {
    let before = place;
    while (this.#text[before - 1] === '\\') before--;
    return (place - before) % 2 === 1;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    const found = this.#text[this.#at] === character;
    if (found) this.#at++;
    return found;
  }

  #expect(character: string, what: string): void {
    if (!this.#take(character)) this.#unexpected(character, what);
  }

  #unexpected(wanted: string, what: string): never {
    const found = this.#at < this.#text.length ? shown(this.#text[this.#at] as string) : 'the end';
    return this.#refuse(`${what}: ${found} where ${wanted} should be, at character ${this.#at} of the header`);
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }
}

/** Space, tab, line feed, carriage return: all that JSON allows. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
