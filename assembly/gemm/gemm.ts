import { Jobs } from '../jobs';
import { GemmArgs, PANEL_BYTES, Panel } from './args';
import { tile4 } from './tile4';
import { tile6 } from './tile6';

/**
 * The loops around the micro-kernel; the contract is that of GemmArgs. A block of work is rowBlock rows by panelBlock panels of
 * one group. Within a block a panel of B stays in L1 while the tiles of A pass by.
 */
export function gemm<T>(args: GemmArgs, first: i32, last: i32): void {
  const panels = Jobs.pieces(args.columns, Panel.columns<T>());
  const rowBlocks = Jobs.pieces(args.rows, args.rowBlock);
  const panelBlocks = Jobs.pieces(panels, args.panelBlock);
  for (let block = first; block < last; ++block) {
    const group = block / (rowBlocks * panelBlocks);
    const rest = block % (rowBlocks * panelBlocks);
    const row = (rest / panelBlocks) * args.rowBlock;
    const panel = (rest % panelBlocks) * args.panelBlock;
    gemmBlock<T>(args, group, row, panel);
  }
}

function gemmBlock<T>(args: GemmArgs, group: i32, firstRow: i32, firstPanel: i32): void {
  const columns = args.columns;
  const panels = Jobs.pieces(columns, Panel.columns<T>());
  const rowEnd = Jobs.end(firstRow, args.rowBlock, args.rows);
  const panelEnd = Jobs.end(firstPanel, args.panelBlock, panels);
  const panelBytes = <usize>(args.outer * args.inner * args.length) * PANEL_BYTES;
  const shift = alignof<T>();
  const a = args.a + ((<usize>(group * args.aGroup)) << shift);
  const c = args.c + ((<usize>(group * args.cGroup)) << shift);
  const bias = args.bias + ((<usize>(group * columns)) << shift);
  for (let panel = firstPanel; panel < panelEnd; ++panel) {
    const b = args.b + ((<usize>(group * args.bGroup)) << shift) + <usize>panel * panelBytes;
    const column = panel * Panel.columns<T>();
    const width = min<i32>(columns - column, Panel.columns<T>());
    const cPanel = c + <usize>panel * PANEL_BYTES;
    const biasPanel = bias + <usize>panel * PANEL_BYTES;
    // The tiles are functions of their own so that V8 can replace them by optimised code in the middle of a first, long call.
    if (ASC_FEATURE_RELAXED_SIMD) {
      if (args.tile == 6) {
        // Seven or eight rows are two tiles of four: 49 rows (a map of 7 x 7) take 50 rows' time, not 52.
        let row = firstRow;
        for (; row < rowEnd - 8 || (row < rowEnd - 4 && row >= rowEnd - 6); row += 6) {
          tile6<T>(args, a, b, cPanel, biasPanel, row, width);
        }
        for (; row < rowEnd; row += 4) tile4<T>(args, a, b, cPanel, biasPanel, row, width);
        continue;
      }
    }
    for (let row = firstRow; row < rowEnd; row += 4) tile4<T>(args, a, b, cPanel, biasPanel, row, width);
  }
}
