import { expect } from 'vitest';
import { ArgumentError, ConvasmError } from '../../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: constructors differ in their arguments
type ErrorClass = new (...args: any[]) => Error;

/** `fn` throws exactly this class, a ConvasmError, and its message has every one of `parts`. Returns the error. */
export function expectError<E extends ErrorClass>(
  fn: () => unknown,
  type: E,
  ...parts: (string | RegExp)[]
): InstanceType<E> {
  let thrown: unknown;
  let threw = false;
  try {
    fn();
  } catch (error) {
    thrown = error;
    threw = true;
  }
  if (!threw) expect.fail(`expected ${type.name}, but nothing was thrown`);
  expect(thrown).toBeInstanceOf(ConvasmError);
  const error = thrown as Error;
  expect(error.constructor.name, error.message).toBe(type.name);
  expect(error.name).toBe(type.name);
  for (const part of parts) expect(error.message).toMatch(typeof part === 'string' ? literal(part) : part);
  return error as InstanceType<E>;
}

const literal = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

/** A value as the messages show it. */
export const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));

/** An ArgumentError or a class below it that names the argument, the value that came and what is allowed. */
export function expectArgumentError(
  fn: () => unknown,
  type: ErrorClass,
  argument: string,
  ...parts: (string | RegExp)[]
): void {
  const error = expectError(fn, type, argument, ...parts);
  expect(error).toBeInstanceOf(ArgumentError);
  const told = error as unknown as { argument: string; value: unknown; allowed: string };
  expect(told.argument.replace(/\[\d+\]$/, '')).toBe(argument);
  expect(told.allowed, 'what is allowed').toMatch(/\w/);
  expect(error.message).toContain(String(told.allowed));
}

/** The same of what a promise is rejected with. */
export async function expectRejection<E extends ErrorClass>(
  promise: Promise<unknown>,
  type: E,
  ...parts: (string | RegExp)[]
): Promise<InstanceType<E>> {
  const outcome = await promise.then(
    () => () => undefined,
    error => () => {
      throw error;
    },
  );
  return expectError(outcome, type, ...parts);
}
