import { expect, it } from 'vitest';
import { Curve } from '../../examples/digits/curve.ts';

it('averages over stretches of a fortieth of an epoch', () => {
  const curve = new Curve();
  const add = (epoch: number, batch: number, loss: number, accuracy: number) =>
    curve.add({ epoch, batch, batches: 80, ofBatch: { loss, accuracy } });
  add(1, 1, 4, 0.25);
  expect(curve.points).toEqual([]);
  add(1, 2, 1, 0.75);
  expect(curve.points).toEqual([{ epoch: 2 / 80, loss: 2.5, accuracy: 0.5 }]);
  add(2, 39, 100, 0);
  add(2, 40, 0, 1);
  expect(curve.points[1]).toEqual({ epoch: 1.5, loss: 50, accuracy: 0.5 });
});

it('makes a point of every step where there are fewer', () => {
  const curve = new Curve();
  curve.add({ epoch: 1, batch: 3, batches: 3, ofBatch: { loss: 3, accuracy: 0.5 } });
  expect(curve.points).toEqual([{ epoch: 1, loss: 3, accuracy: 0.5 }]);
});
