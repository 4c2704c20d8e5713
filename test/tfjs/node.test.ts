import { describe, expect, it } from 'vitest';
import * as index from '../../src/tfjs/index.ts';
import * as node from '../../src/tfjs/node.ts';

describe('what Node imports', () => {
  it('exports what everyone else imports', () => {
    expect({ ...node }).toEqual({ ...index });
    expect(Object.keys(index).length).toBeGreaterThan(0);
  });
});
