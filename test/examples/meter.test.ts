import { expect, it } from 'vitest';
import { Meter } from '../../examples/digits/meter.ts';

it('averages over stretches, weighted by the number of pictures', () => {
  const meter = new Meter(2);
  meter.add(4, 1, 10, 0.1);
  expect(meter.curve).toEqual([]);
  expect(meter.latest).toEqual({ loss: 4, accuracy: 0.1 });
  meter.add(1, 10, 20, 0.3);
  expect(meter.curve).toEqual([{ epoch: 0.3, loss: 2, accuracy: 11 / 30 }]);
  meter.add(100, 0, 10, 0.4);
  expect(meter.latest).toMatchObject({ loss: 2, accuracy: 11 / 30 });
  meter.add(0, 10, 10, 0.5);
  expect(meter.curve[1]).toEqual({ epoch: 0.5, loss: 50, accuracy: 0.5 });
});

it('makes a point of every step when the stretch is shorter than one', () => {
  const meter = new Meter(0);
  meter.add(3, 1, 2, 1);
  expect(meter.curve).toEqual([{ epoch: 1, loss: 3, accuracy: 0.5 }]);
});
