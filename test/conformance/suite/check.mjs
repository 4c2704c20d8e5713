// What a case can say of a result.

/**
 * @param {unknown} condition
 * @param {string} message
 */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/**
 * Equal as numbers, strings or lists of them; NaN equals NaN.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function equal(actual, expected, what) {
  const [got, wanted] = [actual, expected].map(value => (isList(value) ? Array.from(value) : [value]));
  check(got.length === wanted.length, `${what}: ${got.length} values, expected ${wanted.length}`);
  const at = got.findIndex((value, i) => value !== wanted[i] && !(Number.isNaN(value) && Number.isNaN(wanted[i])));
  check(at < 0, `${what}: ${got[at]} at ${at}, expected ${wanted[at]}`);
}

/**
 * @param {number} actual
 * @param {number} expected
 * @param {number} bound  largest difference that is allowed
 * @param {string} what
 * @param {number} [index]  of the element; put into words only where it is wrong, since there are hundreds of thousands
 */
export function close(actual, expected, bound, what, index) {
  // Written so that NaN fails.
  if (Math.abs(actual - expected) <= bound) return;
  const element = index === undefined ? what : `${what}[${index}]`;
  throw new Error(`${element}: ${actual}, expected ${expected} +- ${bound}`);
}

/**
 * @param {() => unknown} fn  may return a promise
 * @param {new (...args: never[]) => Error} type
 * @param {RegExp} text
 */
export async function throws(fn, type, text) {
  let error;
  try {
    await fn();
  } catch (thrown) {
    error = thrown;
  }
  check(error !== undefined, `nothing was thrown, expected ${type.name}`);
  check(error instanceof type, `${error} was thrown, expected ${type.name}`);
  check(text.test(error.message), `the message is "${error.message}", expected ${text}`);
}

/** @param {unknown} value @returns {value is ArrayLike<unknown>} */
function isList(value) {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
