// A minimal writer of protocol buffers.

/** @typedef {Uint8Array} Bytes */

/** An integer >= 0. @param {number} number of the field @param {number} value @returns {Bytes} */
export function integer(number, value) {
  return join(varint(number * 8), varint(value));
}

/** Text, bytes or a message. @param {number} number of the field @param {string | Bytes} value @returns {Bytes} */
export function field(number, value) {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return join(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** @param {...Bytes} parts @returns {Bytes} */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Seven bits to a byte, the lowest first. @param {number} value @returns {Bytes} */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}
