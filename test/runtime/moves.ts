import type { Tensor } from '../../src/index.ts';
import { GATHER_BLOCK, REDUCE_COLUMN_BYTES, REDUCE_KIND, SCAN_COLUMNS, SCAN_KIND } from '../../src/runtime/abi.ts';

/**
 * What the kernels that move, reduce and resize make of a float32 tensor of at least [5, 37, 30, 31], each in several blocks: only
 * TensorFlow.js's backend calls them.
 */
export function moves(x: Tensor): Tensor[] {
  const { runtime } = x.storage;
  const made = () => {
    const target = x.clone();
    target.data.fill(0);
    return target;
  };
  const outer = { n0: 1, n1: 1, n2: 1, n3: 3, s0: 0, s1: 0, s2: 0, t0: 0, t1: 0, t2: 0 };
  const copy = (matrix: object, blocks: number) => {
    const target = made();
    const size = { rows: 70, columns: 50, s3: 3500, t3: 3500, bytes: 4, value: 7 };
    const args = { source: x.address, target: target.address, ...outer, ...size, rowBlock: 16, ...matrix };
    runtime.run(
      'stridedCopy',
      'f32',
      args as typeof args & Record<'sRow' | 'sColumn' | 'tRow' | 'tColumn', number>,
      blocks,
    );
    return target;
  };
  const strips = 3 * Math.ceil(70 / 16);
  const gathered = made();
  const indices = x.clone();
  const list = new Int32Array(indices.data.buffer, indices.address, 2 * 600);
  list.forEach((_, i) => {
    list[i] = (i * 7) % 11;
  });
  const gather = {
    source: x.address,
    indices: list.byteOffset,
    target: gathered.address,
    outer: 2,
    count: 600,
    size: 11,
  };
  runtime.run('gather', 'f32', { ...gather, columns: 3, bytes: 4 }, 4 * Math.ceil(600 / GATHER_BLOCK));
  const reduced = (kind: number, shape: { outer: number; reduced: number; inner: number }) => {
    const target = made();
    const args = { source: x.address, target: target.address, ...shape, rowBlock: 5, kind, scale: 0.5 };
    const lines = Math.ceil((shape.inner * 4) / REDUCE_COLUMN_BYTES);
    runtime.run('reduce', 'f32', args, shape.inner === 1 ? Math.ceil(shape.outer / 5) : shape.outer * lines);
    return target;
  };
  const scanned = made();
  const scan = { outer: 3, count: 20, inner: 200, exclusive: 0, reverse: 1, kind: SCAN_KIND.sum };
  const scanBlocks = 3 * Math.ceil(200 / SCAN_COLUMNS);
  runtime.run('scan', 'f32', { source: x.address, target: scanned.address, ...scan }, scanBlocks);
  // Rows and columns of 9 from 5: half of the way from each to the next.
  const tables = x.clone();
  const { buffer } = tables.data;
  const words = new Int32Array(buffer, tables.address, 27);
  const shares = new Float32Array(buffer, tables.address, 27);
  for (let i = 0; i < 9; i++) {
    words[3 * i] = i >> 1;
    words[3 * i + 1] = (i + 1) >> 1;
    shares[3 * i + 2] = (i & 1) / 2;
  }
  const table = { rowTable: tables.address, columnTable: tables.address };
  const images = { images: 4, height: 5, width: 5, outHeight: 9, outWidth: 9, channels: 5, bilinear: 1, fill: 0 };
  const [larger, gradient] = [made(), made()];
  runtime.run('resize', 'f32', { source: x.address, target: larger.address, ...table, ...images }, 36);
  runtime.run('resizeGrad', 'f32', { source: gradient.address, target: x.address, ...table, ...images }, 4);
  return [
    copy({ sRow: 50, sColumn: 1, tRow: 1, tColumn: 70 }, strips),
    copy({ sRow: 1, sColumn: 70, tRow: 50, tColumn: 1 }, strips),
    copy({ source: 0, s3: 0, sRow: 0, sColumn: 0, tRow: 50, tColumn: 1 }, strips),
    gathered,
    reduced(REDUCE_KIND.sum, { outer: 300, reduced: 45, inner: 1 }),
    reduced(REDUCE_KIND.max, { outer: 3, reduced: 45, inner: 100 }),
    reduced(REDUCE_KIND.argMin, { outer: 3, reduced: 45, inner: 100 }),
    scanned,
    larger,
    gradient,
  ];
}
