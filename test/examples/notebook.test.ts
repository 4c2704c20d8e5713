import { init } from 'convasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatResult, NOTEBOOK, type NotebookExample, runExample } from '../../examples/digits/notebook.ts';

beforeAll(async () => {
  await init();
});

describe('runExample', () => {
  for (const example of NOTEBOOK) {
    it(`computes ${example.cells} exactly as the notebook`, () => {
      const { equal, parts } = runExample(example);
      for (const { computed, expected } of parts) expect(computed).toEqual(expected);
      expect(equal).toBe(true);
      expect(parts.map(({ name }) => name)).toEqual(
        example.gradients ? ['output', 'loss', 'dW', 'db', 'dX'] : ['output'],
      );
    });
  }

  it('finds every number that differs', () => {
    const example = NOTEBOOK[2] as NotebookExample & Required<Pick<NotebookExample, 'gradients'>>;
    const { output, gradients } = example;
    const wrong: NotebookExample[] = [
      { ...example, output: [output[0] ?? [], changed(output[1], 8, 38.0000001)] },
      { ...example, output: output.slice(0, 1) },
      { ...example, gradients: { ...gradients, loss: 527 } },
      { ...example, gradients: { ...gradients, dW: [...gradients.dW].reverse().map(plane => plane.map(x => -x)) } },
      { ...example, gradients: { ...gradients, db: [9, 10] } },
      { ...example, gradients: { ...gradients, dX: [changed(gradients.dX[0], 0, 12)] } },
    ];
    for (const example of wrong) {
      const result = runExample(example);
      expect(result.equal).toBe(false);
      expect(formatResult(result).join('\n')).toMatch(/expected.*NOT what the notebook printed/s);
    }
  });
});

describe('formatResult', () => {
  it('shows the planes side by side and says that they are equal', () => {
    const lines = formatResult(runExample(NOTEBOOK[1] as NotebookExample));
    expect(lines).toContain('  output    12 21 16     24 42 32');
    expect(lines).toContain('  loss      735');
    expect(lines).toContain('  db        9 9');
    expect(lines.at(-1)).toBe('  ✓ equal to what the notebook printed');
  });
});

function changed(numbers: readonly number[] = [], index: number, value: number): number[] {
  return numbers.map((number, i) => (i === index ? value : number));
}
