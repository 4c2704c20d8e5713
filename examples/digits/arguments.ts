import { parseArgs } from 'node:util';

/** An option is unknown or has a value that is not allowed; the message says which one and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What an option is for, and how its value is called in the help; without `value` it takes none. */
export interface Spec {
  readonly value?: string;
  readonly help: string;
}

/** The options as lines of a help text. */
export function describe(specs: Readonly<Record<string, Spec>>): string {
  return Object.entries(specs)
    .map(([name, { value = '', help }]) => `  ${`--${name} ${value}`.padEnd(22)}${help}`)
    .join('\n');
}

/** The options of a command line and their values as they were given: each known, and each with a value where it takes one. */
export class Arguments<Name extends string> {
  readonly #given: ReadonlyMap<Name, string>;

  /**
   * @param args the arguments without the program's name
   * @throws UsageError for whatever is unknown or lacks its value; the methods, for a value that is not allowed
   */
  constructor(specs: Readonly<Record<Name, Spec>>, args: readonly string[]) {
    this.#given = readArguments(specs, args);
  }

  /** The names of what was given. */
  get names(): Name[] {
    return [...this.#given.keys()];
  }

  has(name: Name): boolean {
    return this.#given.has(name);
  }

  text(name: Name): string | undefined {
    return this.#given.get(name);
  }

  /** @param otherwise what is allowed besides, for the message */
  whole(name: Name, low: number, high: number, otherwise = ''): number | undefined {
    const value = this.#given.get(name);
    if (value === undefined) return undefined;
    const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= low && number <= high))
      throw wrong(name, value, `${otherwise}a whole number from ${low} to ${high}`);
    return number;
  }

  real(name: Name, allowed: string, isAllowed: (x: number) => boolean): number | undefined {
    const value = this.#given.get(name);
    if (value === undefined) return undefined;
    const number = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/i.test(value) ? Number(value) : Number.NaN;
    if (!Number.isFinite(number) || !isAllowed(number)) throw wrong(name, value, allowed);
    return number;
  }

  choice<T extends string>(name: Name, allowed: readonly T[]): T | undefined {
    const value = this.#given.get(name);
    if (value === undefined) return undefined;
    const chosen = allowed.find(candidate => candidate === value);
    if (chosen === undefined) throw wrong(name, value, allowed.map(word => `'${word}'`).join(', '));
    return chosen;
  }

  /** A number of threads, or 'auto'. */
  threads(name: Name): number | 'auto' | undefined {
    return this.#given.get(name) === 'auto' ? 'auto' : this.whole(name, 1, 256, "'auto' or ");
  }
}

function readArguments<Name extends string>(specs: Readonly<Record<Name, Spec>>, args: readonly string[]) {
  const names = Object.keys(specs) as Name[];
  const allowed = `allowed: ${names.map(name => `--${name}`).join(', ')}`;
  // Not strict, because parseArgs' own complaints don't say what would be allowed.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      names.map(name => [name, { type: specs[name].value === undefined ? 'boolean' : 'string' } as const]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<Name, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected argument '${token.value}'; ${allowed}`);
    if (token.kind !== 'option') continue;
    const { rawName, value } = token;
    const name = names.find(known => known === token.name);
    if (name === undefined) throw new UsageError(`unknown option ${rawName}; ${allowed}`);
    const spec = specs[name];
    if (spec.value !== undefined) {
      // `--out --seed 3` is a forgotten value, not a folder named --seed; `--out=--seed` is.
      const isForgotten = value === undefined || value === '' || (!token.inlineValue && /^--?[a-z]/i.test(value));
      if (isForgotten) throw new UsageError(`option --${name} needs a value: --${name} ${spec.value}`);
    } else if (value !== undefined) {
      throw new UsageError(`option --${name} takes no value, but got '${value}'`);
    }
    given.set(name, value ?? '');
  }
  return given;
}

function wrong(name: string, value: string, allowed: string): UsageError {
  return new UsageError(`option --${name}: '${value}' is not allowed; expected ${allowed}`);
}
