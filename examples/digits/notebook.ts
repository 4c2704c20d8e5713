import { Conv2D, scope, type Tensor, tensor } from 'convasm';

/** 3x3 numbers in row-major order. */
type Plane = readonly number[];

interface Gradients {
  readonly loss: number;
  readonly dW: readonly Plane[];
  readonly db: readonly number[];
  readonly dX: readonly Plane[];
}

/** One of the notebook's examples, with the numbers that the notebook printed. */
export interface NotebookExample {
  /** The cells of the notebook that it comes from. */
  readonly cells: string;
  readonly title: string;
  /** One 3x3 filter for each output channel. */
  readonly filters: readonly Plane[];
  readonly output: readonly Plane[];
  /** Of the loss "sum of all outputs"; the first example has none. */
  readonly gradients?: Gradients;
}

/** What convasm makes of an example, in the order in which the notebook prints it. */
export interface NotebookResult {
  readonly example: NotebookExample;
  readonly parts: readonly { name: string; computed: readonly number[]; expected: readonly number[] }[];
  readonly equal: boolean;
}

const INPUT: Plane = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const ONES: Plane = [1, 1, 1, 1, 1, 1, 1, 1, 1];
const TWOS: Plane = [2, 2, 2, 2, 2, 2, 2, 2, 2];
const INPUT_SUMS: Plane = [12, 21, 16, 27, 45, 33, 24, 39, 28];

/** All of them have one 3x3 image as input, stride 1 and padding 1. */
export const NOTEBOOK: readonly NotebookExample[] = [
  {
    cells: 'In [3]',
    title: 'an edge filter',
    filters: [[1, 0, -1, 1, 0, -1, 1, 0, -1]],
    output: [[-7, -4, 7, -15, -6, 15, -13, -4, 13]],
  },
  {
    cells: 'In [19] and [20]',
    title: 'a filter of ones and a filter of twos',
    filters: [ONES, TWOS],
    output: [INPUT_SUMS, [24, 42, 32, 54, 90, 66, 48, 78, 56]],
    gradients: {
      loss: 735,
      dW: [INPUT_SUMS, INPUT_SUMS],
      db: [9, 9],
      dX: [[12, 18, 12, 18, 27, 18, 12, 18, 12]],
    },
  },
  {
    cells: 'In [3] and [4], the second time',
    title: 'filters of ones with a 2 and with a 3 in the corner',
    filters: [
      [2, 1, 1, 1, 1, 1, 1, 1, 1],
      [3, 1, 1, 1, 1, 1, 1, 1, 1],
    ],
    output: [
      [12, 21, 16, 27, 46, 35, 24, 43, 33],
      [12, 21, 16, 27, 47, 37, 24, 47, 38],
    ],
    gradients: {
      loss: 526,
      dW: [INPUT_SUMS, INPUT_SUMS],
      db: [9, 9],
      dX: [[11, 15, 8, 15, 21, 12, 8, 12, 8]],
    },
  },
];

/** Computes an example with convasm's Conv2D in float64, as the notebook does, and compares it with what that printed. */
export function runExample(example: NotebookExample): NotebookResult {
  return scope(() => {
    const outChannels = example.filters.length;
    // The direct sum, because its integers are exact; Winograd's are so up to rounding.
    const algorithm = 'direct';
    const layer = new Conv2D({ inChannels: 1, outChannels, kernelSize: 3, padding: 1, dtype: 'float64', algorithm });
    layer.filters = tensor(example.filters.flat(), [outChannels, 1, 3, 3], 'float64');
    layer.bias = tensor(new Array<number>(outChannels).fill(0), [outChannels], 'float64');

    const output = layer.forward(tensor([...INPUT], [1, 1, 3, 3], 'float64'));
    const parts = [{ name: 'output', computed: values(output), expected: example.output.flat() }];
    if (example.gradients) {
      const { loss, dW, db, dX } = example.gradients;
      const dx = layer.backward(tensor(new Array<number>(output.size).fill(1), output.shape, 'float64'));
      parts.push(
        { name: 'loss', computed: [values(output).reduce((sum, y) => sum + y, 0)], expected: [loss] },
        { name: 'dW', computed: values(layer.grads.W), expected: dW.flat() },
        { name: 'db', computed: values(layer.grads.b), expected: [...db] },
        { name: 'dX', computed: values(dx), expected: dX.flat() },
      );
    }
    return { example, parts, equal: parts.every(({ computed, expected }) => isEqual(computed, expected)) };
  });
}

/** The result as lines of text: every part with its planes side by side, and how it compares with the notebook. */
export function formatResult({ example, parts, equal }: NotebookResult): string[] {
  return [
    `${example.cells}: ${example.title}`,
    ...parts.flatMap(({ name, computed, expected }) =>
      isEqual(computed, expected)
        ? formatPart(name, computed)
        : [...formatPart(name, computed), ...formatPart('expected', expected)],
    ),
    equal ? '  ✓ equal to what the notebook printed' : '  ✗ NOT what the notebook printed',
  ];
}

function formatPart(name: string, numbers: readonly number[]): string[] {
  const isPlanes = numbers.length % 9 === 0;
  const planes = isPlanes ? numbers.length / 9 : 1;
  const rows = isPlanes ? 3 : 1;
  const columns = isPlanes ? 3 : numbers.length;
  const width = Math.max(...numbers.map(n => String(n).length)) + 1;
  return Array.from({ length: rows }, (_, row) => {
    const texts = Array.from({ length: planes }, (_, plane) => {
      const from = plane * rows * columns + row * columns;
      return numbers
        .slice(from, from + columns)
        .map(n => String(n).padStart(width))
        .join('');
    });
    return `  ${(row === 0 ? name : '').padEnd(9)}${texts.join('    ')}`;
  });
}

function values(tensor: Tensor | null | undefined): number[] {
  return tensor ? Array.from(tensor.data) : [];
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
