import { ArgumentError } from '../errors.ts';

/** Values by name. A Map holds any name in any order; a plain object is fine for names that one writes oneself. */
export type ByName<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

/** @throws ArgumentError unless `values` is a Map with strings for keys, or an object */
export function entriesOf<T>(argument: string, values: ByName<T>): [string, T][] {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new ArgumentError(argument, values, 'a Map, or an object, by name');
  const entries: [unknown, T][] = values instanceof Map ? [...values] : Object.entries(values);
  for (const [name] of entries)
    if (typeof name !== 'string') throw new ArgumentError(argument, name, 'strings for names');
  return entries as [string, T][];
}
