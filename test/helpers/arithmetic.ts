import type { Tensor } from '../../src/index.ts';
import {
  BINARY_KIND,
  BINARY_SCRATCH,
  ELEMENTWISE_BLOCK,
  type KernelArgs,
  OPERAND_TYPE,
  ROW_PRODUCT_COLUMNS,
  UNARY_KIND,
} from '../../src/runtime/abi.ts';

/** What the kernels make that only TensorFlow.js's backend calls, of images in float32: on single rows and on several. */
export function arithmetic(x: Tensor, y: Tensor): Tensor[] {
  const { runtime } = x.storage;
  const [columns, count] = [x.shape.at(-1) as number, x.size];
  const blocks = Math.ceil(count / ELEMENTWISE_BLOCK);
  const [scratch = 0] = runtime.scratch.reserve(runtime.slots * BINARY_SCRATCH);
  const binary = (values: Partial<KernelArgs<'binary'>>, number: number) => {
    const target = x.clone();
    const strides = { aOuter: 0, aMiddle: 0, aRow: 0, aColumn: 1, bOuter: 0, bMiddle: 0, bRow: 0, bColumn: 1 };
    const sizes = { rows: 1, columns: count, middle: 1, inner: 1, rowBlock: 7 };
    const types = { kind: BINARY_KIND.div, type: OPERAND_TYPE.float32, targetBytes: 4, scalar: 0.3 };
    const ends = { aEnd: x.address + 4 * count, bEnd: y.address + 4 * count };
    const operands = { a: x.address, b: y.address, ...ends, target: target.address, scratch };
    const args = { ...operands, ...sizes, ...strides, ...types, ...values };
    runtime.run('binary', 'f32', args, number, BINARY_SCRATCH);
    return target;
  };
  const rows = count / columns;
  const several = { rows, columns, inner: 10, middle: 3, aOuter: 30 * columns, aMiddle: 10 * columns, aRow: columns };
  const unary = (kind: number) => {
    const target = x.clone();
    const args = { source: y.address, target: target.address, count, kind, targetBytes: 4, low: 0.5, high: 1 };
    runtime.run('unary', 'f32', args, blocks);
    return target;
  };
  const selected = x.clone();
  const choice = { condition: y.address, a: x.address, b: y.address, target: selected.address, count, bytes: 4 };
  runtime.run('select', 'f32', choice, blocks);
  const products = x.clone();
  const product = {
    x: x.address,
    w: y.address,
    y: products.address,
    start: y.address,
    rows: 5,
    depth: 30,
    columns: 1147,
  };
  const strips = 5 * Math.ceil(product.columns / ROW_PRODUCT_COLUMNS);
  runtime.run('rowProduct', 'f32', { ...product, lower: 0, upper: 6 }, strips);
  return [
    products,
    binary({}, blocks),
    binary({ b: 0, bColumn: 0 }, blocks),
    binary({ ...several, bMiddle: 1, bColumn: 0 }, Math.ceil(rows / 7)),
    binary({ ...several, bRow: 1, kind: BINARY_KIND.pow }, Math.ceil(rows / 7)),
    unary(UNARY_KIND.step),
    unary(UNARY_KIND.softplus),
    selected,
  ];
}
