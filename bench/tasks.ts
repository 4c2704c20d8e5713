import type { Tensor } from 'convasm';
import { checkResult } from './check.ts';
import { makeOperands, OPERATIONS, type Operands, type Operation } from './operations.ts';
import { type ConvShape, flopsOf, SHAPES } from './shapes.ts';
import { sliceOf } from './slice.ts';

/** One operation on one shape: a row of a table. */
export interface Task {
  readonly shape: ConvShape;
  readonly operation: Operation;
  /** Of the whole operation. */
  readonly flops: number;
  /** As a user has it: from a contiguous tensor to a result that can be read in NCHW order. */
  user(): void;
  /** Between two layers: channels-last to channels-last, the result not looked at. */
  betweenLayers(): void;
  /** A slice of the work in plain TypeScript; the whole would take `plainScale` times as long. */
  plain(): void;
  readonly plainScale: number;
}

/** The name that `--filter` looks into. */
export function nameOf(operation: Operation, shape: ConvShape): string {
  return `${operation.key} ${shape.name}`;
}

/** The shapes and operations whose names have all words of `filter`, any case. */
export function selectTasks(filter: string): readonly (readonly [ConvShape, Operation])[] {
  const words = filter.toLowerCase().split(/\s+/);
  return SHAPES.flatMap(shape => OPERATIONS.map(operation => [shape, operation] as const)).filter(
    ([shape, operation]) => words.every(word => nameOf(operation, shape).toLowerCase().includes(word)),
  );
}

/**
 * Makes ready what is to be timed, and checks each result once.
 *
 * @throws WrongResultError
 */
export function prepareTasks(selected: readonly (readonly [ConvShape, Operation])[]): readonly Task[] {
  const operands = new Map<ConvShape, Operands>();
  return selected.map(([shape, operation]) => {
    const own = operands.get(shape) ?? makeOperands(shape);
    operands.set(shape, own);
    return prepareTask(operation, own);
  });
}

function prepareTask(operation: Operation, operands: Operands): Task {
  const { shape, host, contiguous, channelsLast } = operands;
  const call = operation.prepare(operands);
  const name = nameOf(operation, shape);
  const check = (result: Tensor) => checkResult(name, result.data, operation.element, host, shape);
  // NaN in between: the second check must not find what the first run left.
  for (const images of [contiguous, channelsLast]) {
    for (const out of [operands.y, operands.dx, operands.dw]) out.data.fill(Number.NaN);
    check(call(images));
  }
  const { slice, scale } = sliceOf(shape);
  const plainResult = new Float32Array(call(contiguous).size);
  return {
    shape,
    operation,
    flops: flopsOf(shape),
    user: () => {
      void call(contiguous).data;
    },
    betweenLayers: () => {
      call(channelsLast);
    },
    plain: () => operation.plain(host, plainResult, shape, slice),
    plainScale: scale,
  };
}
