import { FINISH, PANEL_BYTES, START } from './abi.ts';
import type { Runtime } from './runtime.ts';

/** Sizes of the product that is run: 1.6 MFLOP. */
const ROWS = 48;
const COLUMNS = 64;
const DEPTH = 256;
/** How often: V8 replaces its baseline code after some 50 MFLOP. */
const TURNS = 30;
/** Tiles of 4 x 4 that the transforms run over. */
const TILES = 16;

/**
 * Runs the kernels that a convolution spends its time in, so that the user's first call finds optimised code: a first
 * 64 -> 64 3x3 @56 took 9 ms instead of 1.5, the second 4. Takes some 3 ms.
 */
export function warmUp(runtime: Runtime): void {
  const planeStride = TILES * COLUMNS + 48;
  const [a = 0, b = 0, c = 0, rows = 0, work = 0, planes = 0] = runtime.scratch.reserve(
    ROWS * DEPTH * 4,
    (COLUMNS / 8) * DEPTH * PANEL_BYTES,
    ROWS * COLUMNS * 4,
    (ROWS + 8) * 4,
    36 * 16,
    36 * planeStride * 4,
  );
  const table = {
    target: rows,
    outer: 1,
    inner: 1,
    length: ROWS,
    outerStride: 0,
    innerStride: 0,
    stride: COLUMNS,
    repeat: 5,
  };
  const product = {
    a,
    aRows: rows,
    aOuter: 0,
    aInner: 0,
    aStep: 1,
    outer: 1,
    inner: 1,
    length: DEPTH,
    b,
    c,
    cRows: rows,
    bias: 0,
    rows: ROWS,
    columns: COLUMNS,
    groups: 1,
    aGroup: 0,
    bGroup: 0,
    cGroup: 0,
    start: START.zero,
    finish: FINISH.none,
    mask: 0,
    rowBlock: ROWS,
    panelBlock: COLUMNS / 8,
    tile: runtime.tile,
    lower: 0,
    upper: 0,
  };
  const transform = {
    images: a,
    planes,
    scratch: work,
    bias: 0,
    size: 4,
    firstTile: 0,
    tilesHeight: 4,
    tilesWidth: 4,
    imageStride: 0,
    rowStride: 0,
    pixelStride: COLUMNS,
    height: 16,
    width: 16,
    channels: COLUMNS,
    planeStride,
    tileStride: COLUMNS,
    panelStride: 0,
    finish: FINISH.none,
    mask: 0,
    lower: 0,
    upper: 0,
  };
  for (let i = 0; i < TURNS; i++) {
    runtime.run('table', 'f32', table, 1);
    runtime.run('gemm', 'f32', product, 1);
    runtime.run('winogradInput', 'f32', transform, TILES);
    runtime.run('winogradOutput', 'f32', transform, TILES);
  }
  runtime.scratch.release();
}
