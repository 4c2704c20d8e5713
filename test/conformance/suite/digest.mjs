// The bits of results as a short text: engines agree on them or do not.

/** Bytes as the first 16 hexadecimal digits of their SHA-256. @param {Uint8Array<ArrayBuffer>} bytes */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 8);
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Collects the results of a case. */
export class Results {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #parts = [];

  /** @param {Float32Array | Float64Array} values  copied: they may be a view of shared memory, which nothing here would take */
  add(values) {
    const bytes = new Uint8Array(values.byteLength);
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#parts.push(bytes);
  }

  async digest() {
    return digest(new Uint8Array(await new Blob(this.#parts).arrayBuffer()));
  }
}

/** One digest of all cases'. @param {Record<string, string>} digests */
export const digestOf = digests => digest(new TextEncoder().encode(JSON.stringify(digests)));
