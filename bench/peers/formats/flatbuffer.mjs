// A minimal writer of FlatBuffers: tables, vectors, strings and scalars, laid out front to back.

/**
 * A table's field, or a value of its own.
 *
 * @typedef {{ size: 1 | 4, value: number }} Scalar
 * @typedef {{ node: Node }} Reference
 * @typedef {Scalar | Reference | null} Field
 * @typedef {{ fields: readonly Field[] } | { items: readonly Node[] } | { bytes: Uint8Array, count: number, align: number }} Node
 */

/** @param {number} value @returns {Scalar} */
export const byte = value => ({ size: 1, value });

/** @param {number} value @returns {Scalar} */
export const int = value => ({ size: 4, value });

/** A field that points to another node. @param {Node} node @returns {Reference} */
export const ref = node => ({ node });

/** @param {...Field} fields in the schema's order; null for one that is not set @returns {Node} */
export const table = (...fields) => ({ fields });

/** A vector of tables. @param {...Node} items @returns {Node} */
export const vector = (...items) => ({ items });

/** @param {readonly number[]} values @returns {Node} */
export const ints = values => ({ bytes: bytesOf(Int32Array.from(values)), count: values.length, align: 4 });

/** A vector of bytes that starts at a multiple of 16, as TFLite asks for a tensor's values. @param {ArrayBufferView} values @returns {Node} */
export const blob = values => ({ bytes: bytesOf(values), count: values.byteLength, align: 16 });

/** @param {string} text @returns {Node} */
export const string = text => ({ bytes: new TextEncoder().encode(`${text}\0`), count: text.length, align: 4 });

/**
 * Lays a table out and all that it refers to. Offsets in a FlatBuffer point forward, so that a node stands before those it
 * refers to.
 *
 * @param {Node} root a table
 * @param {string} identifier four characters
 * @returns {Uint8Array}
 */
export function flatBuffer(root, identifier) {
  const writer = new Writer();
  const start = writer.reserve(8, 4);
  writer.bytes.set(new TextEncoder().encode(identifier), start + 4);
  writer.point(start, writer.node(root));
  return writer.bytes.slice(0, writer.length);
}

/** @param {ArrayBufferView} view */
function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

class Writer {
  bytes = new Uint8Array(1 << 16);
  length = 0;

  /**
   * Room for `size` bytes, so that the byte `skip` after its start stands at a multiple of `align`.
   *
   * @param {number} size
   * @param {number} align
   * @returns {number} the start
   */
  reserve(size, align, skip = 0) {
    const start = Math.ceil((this.length + skip) / align) * align - skip;
    this.length = start + size;
    while (this.length > this.bytes.length) {
      const grown = new Uint8Array(2 * this.bytes.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return start;
  }

  get view() {
    return new DataView(this.bytes.buffer);
  }

  /** Writes at `at` how far it is from there to `target`. @param {number} at @param {number} target */
  point(at, target) {
    this.view.setUint32(at, target - at, true);
  }

  /** @param {Node} node @returns {number} where it starts */
  node(node) {
    if ('fields' in node) return this.table(node.fields);
    if ('items' in node) return this.items(node.items);
    const start = this.reserve(4 + node.bytes.length, node.align, 4);
    this.view.setUint32(start, node.count, true);
    this.bytes.set(node.bytes, start + 4);
    return start;
  }

  /** @param {readonly Node[]} items */
  items(items) {
    const start = this.reserve(4 + 4 * items.length, 4);
    this.view.setUint32(start, items.length, true);
    items.forEach((item, i) => {
      this.point(start + 4 + 4 * i, this.node(item));
    });
    return start;
  }

  /**
   * The table's own list of where its fields are (its vtable) stands right before it; every field has four bytes.
   *
   * @param {readonly Field[]} fields
   */
  table(fields) {
    const listSize = 4 + 2 * fields.length;
    const list = this.reserve(listSize + 4 + 4 * fields.length, 4, listSize);
    const start = list + listSize;
    this.view.setUint16(list, listSize, true);
    this.view.setUint16(list + 2, 4 + 4 * fields.length, true);
    this.view.setInt32(start, start - list, true);
    fields.forEach((field, i) => {
      if (field) this.view.setUint16(list + 4 + 2 * i, 4 + 4 * i, true);
    });
    fields.forEach((field, i) => {
      const at = start + 4 + 4 * i;
      if (!field) return;
      if ('node' in field) this.point(at, this.node(field.node));
      else if (field.size === 1) this.view.setUint8(at, field.value);
      else this.view.setInt32(at, field.value, true);
    });
    return start;
  }
}
