import { at, map, type Values } from '../helpers/values.ts';

/** y = max(x, 0); NaN stays NaN. */
export const relu = (x: Values): Values => map(x, value => Math.max(value, 0));

/** dx = x > 0 ? dy : 0. */
export const reluGrad = (dy: Values, x: Values): Values => map(dy, (value, i) => (at(x.data, i) > 0 ? value : 0));
