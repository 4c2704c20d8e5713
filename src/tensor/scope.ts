import type { Tensor } from './tensor.ts';

/** The tensors made in each open scope, the innermost last. */
const scopes: Tensor[][] = [];

/**
 * Runs `fn` and then disposes of every tensor that was made in it, but those in what it returns: a tensor, or an array or plain
 * object (nested ones too) that holds some. They belong to the scope around this one, if there is one. Parameters, gradients
 * and optimizer state belong to their layers and stay. When `fn` throws, all are disposed of.
 */
export function scope<R>(fn: () => R): R {
  const made: Tensor[] = [];
  scopes.push(made);
  const kept = new Set<Tensor>();
  try {
    const result = fn();
    if (result instanceof Promise) throw new TypeError('scope: fn must be synchronous, it returned a promise.');
    collect(result, kept, made, new Set());
    return result;
  } finally {
    scopes.pop();
    const around = scopes.at(-1);
    for (const tensor of made) {
      if (tensor.disposed) continue;
      if (!kept.has(tensor)) tensor.dispose();
      else if (around) around.push(tensor);
      else tensor.watch();
    }
  }
}

/** Runs `fn` with no scope open: what it makes has another owner. */
export function unscoped<R>(fn: () => R): R {
  if (scopes.length === 0) return fn();
  const open = scopes.splice(0);
  try {
    return fn();
  } finally {
    scopes.push(...open);
  }
}

/** Gives a new tensor to the innermost scope; whether there is one. */
export function track(tensor: Tensor): boolean {
  const made = scopes.at(-1);
  made?.push(tensor);
  return made !== undefined;
}

/** Takes a tensor out of the open scopes: from now on it has another owner. */
export function untrack(tensor: Tensor): void {
  for (const made of scopes) {
    const at = made.indexOf(tensor);
    if (at >= 0) made.splice(at, 1);
  }
  tensor.watch();
}

/** Finds in `value` the tensors of `made`. */
function collect(value: unknown, kept: Set<Tensor>, made: readonly Tensor[], seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  const prototype = Object.getPrototypeOf(value);
  if (made.includes(value as Tensor)) kept.add(value as Tensor);
  else if (Array.isArray(value) || prototype === Object.prototype || prototype === null) {
    for (const item of Object.values(value)) collect(item, kept, made, seen);
  }
}
