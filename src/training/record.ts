import { DataFormatError } from '../errors.ts';

/** JSON in which numbers that JSON has not, NaN and infinities, are strings. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item));
}

/** Reads values out of parsed JSON from outside; what is missing or of another kind throws DataFormatError and is named. */
export class JsonRecord {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, value, 'an object');
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
  }

  get names(): string[] {
    return Object.keys(this.#fields);
  }

  /** Anything: who uses it checks it. */
  any(name: string): unknown {
    return this.has(name) ? this.#fields[name] : undefined;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name) && this.#fields[name] !== null;
  }

  record(name: string): JsonRecord {
    return new JsonRecord(this.any(name), this.#at(name));
  }

  records(name: string): JsonRecord[] {
    const value = this.any(name);
    if (!Array.isArray(value)) refuse(this.#at(name), value, 'a list');
    return (value as unknown[]).map((item, i) => new JsonRecord(item, `${this.#at(name)}[${i}]`));
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    const value = this.any(name);
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      refuse(this.#at(name), value, 'a whole number of at least 0');
    return value as number;
  }

  /** Any number, as `stringify` writes it. */
  number(name: string): number {
    const value = this.any(name);
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    if (typeof value !== 'number') refuse(this.#at(name), value, 'a number');
    return value as number;
  }

  boolean(name: string): boolean {
    const value = this.any(name);
    if (typeof value !== 'boolean') refuse(this.#at(name), value, 'true or false');
    return value as boolean;
  }

  string(name: string): string {
    const value = this.any(name);
    if (typeof value !== 'string') refuse(this.#at(name), value, 'a string');
    return value as string;
  }

  #at(name: string): string {
    return `${this.#path}.${name}`;
  }
}

function refuse(path: string, value: unknown, allowed: string): never {
  throw new DataFormatError(`${path} is ${JSON.stringify(value)}, expected ${allowed}`, 'resume');
}
