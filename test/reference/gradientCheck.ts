import { at, filled, type Values } from '../helpers/values.ts';

/** Central differences: (f(x + h) - f(x - h)) / 2h for each element of x. */
export function numericalGradient(f: (x: Values) => number, x: Values, h = 1e-5): Values {
  return filled(x.shape, i => {
    const original = at(x.data, i);
    const moved = (value: number): number => {
      const copy = { shape: x.shape, data: Float64Array.from(x.data) };
      copy.data[i] = value;
      return f(copy);
    };
    return (moved(original + h) - moved(original - h)) / (2 * h);
  });
}
