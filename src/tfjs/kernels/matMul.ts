import { _FusedMatMul, BatchMatMul, broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { addBias } from '../../ops/batchNorm2d.ts';
import { filterGradPass } from '../../ops/conv2d/filterGradPass.ts';
import { conv2d, limitsOf, UNLIMITED } from '../../ops/conv2d/forward.ts';
import { forwardPass } from '../../ops/conv2d/forwardPass.ts';
import type { Images } from '../../ops/conv2d/frame.ts';
import { convGeometry } from '../../ops/conv2d/geometry.ts';
import { inputGradPass } from '../../ops/conv2d/inputGradPass.ts';
import type { Clamp } from '../../ops/conv2d/product.ts';
import { ROW_PRODUCT_COLUMNS } from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { zeros } from '../../tensor/create.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { allocate } from '../../tensor/tensor.ts';
import { storedFilters, transposeMatrix } from './convolution.ts';
import { endingOf, type FusedAttrs, type FusedInputs, isKnown } from './fused.ts';
import type { Kernel, KernelCall } from './kernel.ts';

/** Multiplications of a product that is done before a matrix is packed. */
const SMALL = 16384;

type Call = KernelCall<
  { a: TensorInfo; b: TensorInfo } & FusedInputs,
  { transposeA?: boolean; transposeB?: boolean } & FusedAttrs
>;

/** Products of matrices: the passes of a fully connected layer, which are those of a 1x1 convolution of one pixel. */
export function matMulKernels(): readonly Kernel[] {
  return [
    { name: BatchMatMul, run: matMul },
    { name: _FusedMatMul, run: matMul },
  ];
}

/** The product of one pair of matrices: [rows, depth] and [depth, columns], or their transposes. */
interface Product {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Operands {
  readonly a: number;
  readonly b: number;
  readonly y: number;
}

function matMul({ inputs, attrs, backend }: Call): TensorInfo | null {
  const { a, b } = inputs;
  const { transposeA = false, transposeB = false } = attrs;
  if (!backend.reads(a) || !backend.reads(b) || !isKnown(attrs)) return null;
  if (Math.min(a.shape.length, b.shape.length) < 2) return null; // Its error message says what is wrong.
  const [rows, depth] = matrixOf(a.shape, transposeA);
  const [depthB, columns] = matrixOf(b.shape, transposeB);
  if (depth !== depthB) return null;
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batches = { a: sizeOf(a.shape.slice(0, -2)), b: sizeOf(b.shape.slice(0, -2)) };
  const batch = sizeOf(outer);
  if ([batches.a, batches.b].some(count => count !== 1 && count !== batch)) return null;
  const { bias, clamp, finish } = endingOf(backend, columns, inputs, attrs);
  const shape = [...outer, rows, columns];
  // One right matrix for all: their left ones are one matrix of more rows.
  const joined = batches.b === 1 && !transposeA;
  const plain = joined && !transposeB;
  if (plain && (rows * batch === 1 || rows * batch * depth * columns <= SMALL)) {
    const y = backend.output(shape);
    const { lower, upper } = limitsOf(clamp) ?? UNLIMITED;
    const start = bias ? backend.address(bias) : 0;
    const operands = { x: backend.address(a), w: backend.address(b), y: backend.address(y), start };
    const args = { ...operands, rows: rows * batch, depth, columns, lower, upper };
    runtime().run('rowProduct', 'f32', args, rows * batch * Math.ceil(columns / ROW_PRODUCT_COLUMNS));
    return finish(y);
  }
  const added = bias && backend.tensor(bias);
  const kept = plain && storedFilters(backend, b);
  if (kept && !kept.use()) {
    // A matrix that is used again is taken for filters of one pixel, whose prepared form is kept.
    const weights = kept.get(`matrix ${depth},${columns}`, () => {
      const filters = allocate([columns, depth, 1, 1], 'float32', 'contiguous');
      transposeMatrix(backend.address(b), filters.address, depth, columns);
      return filters;
    });
    const options = { activation: clamp, cache: kept.cache };
    const y = conv2d(backend.tensor(a, [batch * rows, depth, 1, 1]), weights, added, options);
    return finish(backend.hand(y, shape));
  }
  const operands = { a: backend.tensor(a), b: backend.tensor(b) };
  const y = allocate([batch * rows, columns], 'float32', 'contiguous');
  const product = { rows: joined ? batch * rows : rows, depth, columns, transposeA, transposeB };
  for (let i = 0; i < (joined ? 1 : batch); i++) {
    multiply(y.storage.runtime, product, {
      a: operands.a.address + (batches.a === 1 ? 0 : i * rows * depth * 4),
      b: operands.b.address + (batches.b === 1 ? 0 : i * depth * columns * 4),
      y: y.address + i * rows * columns * 4,
    });
  }
  const limits: Clamp | undefined = limitsOf(clamp);
  const start = added ?? (limits && zeros([columns]));
  if (start) addBias(y, start, limits ?? UNLIMITED);
  return finish(backend.hand(y, shape));
}

/** The sizes of the last two dimensions, as the product sees them. */
function matrixOf(shape: readonly number[], transposed: boolean): [number, number] {
  const [first = 1, second = 1] = shape.slice(-2);
  return transposed ? [second, first] : [first, second];
}

function multiply(runtime: Runtime, product: Product, { a, b, y }: Operands): void {
  const { rows, depth, columns, transposeA, transposeB } = product;
  if (transposeA && transposeB) {
    const turned = allocate([depth, columns], 'float32', 'contiguous');
    transposeMatrix(b, turned.address, columns, depth);
    multiply(runtime, { ...product, transposeB: false }, { a, b: turned.address, y });
    turned.dispose();
  } else if (transposeB) {
    // y = x w^T, a layer's output.
    const g = convGeometry([rows, depth, 1, 1], [columns, depth, 1, 1], {});
    forwardPass(runtime, 'f32', g, { x: rowsOf(a, rows, depth), w: b, prepared: false, bias: 0, y });
  } else if (transposeA) {
    // dw = dy^T x, the gradient of its weights.
    const g = convGeometry([depth, columns, 1, 1], [rows, columns, 1, 1], {});
    const images = { x: rowsOf(b, depth, columns), dy: rowsOf(a, depth, rows) };
    filterGradPass(runtime, 'f32', g, { ...images, dw: y, scale: 1 });
  } else {
    // dx = dy w, the gradient of its input.
    const g = convGeometry([rows, columns, 1, 1], [depth, columns, 1, 1], {});
    inputGradPass(runtime, 'f32', g, { dy: rowsOf(a, rows, depth), w: b, dx: y });
  }
}

/** A matrix as images of one pixel. */
function rowsOf(address: number, rows: number, columns: number): Images {
  const strides = { image: columns, channel: 1, row: columns, column: columns };
  return { address, strides, batch: rows, channels: columns, height: 1, width: 1 };
}
