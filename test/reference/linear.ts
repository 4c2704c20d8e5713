import { add, at, filled, type Pair, type Values } from '../helpers/values.ts';

/** Visits every product x[n, i] * w[o, i] of y[n, o]. */
function products(batch: number, [out, inputs]: Pair, visit: (xi: number, wi: number, yi: number) => void): void {
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < out; o++) for (let i = 0; i < inputs; i++) visit(n * inputs + i, o * inputs + i, n * out + o);
}

/** y[n, o] = sum over i of x[n, i] * w[o, i], plus b[o]. */
export function linear(x: Values, w: Values, b: Values | null): Values {
  const [batch] = x.shape as unknown as Pair;
  const [out, inputs] = w.shape as unknown as Pair;
  const y = filled([batch, out], index => (b === null ? 0 : at(b.data, index % out)));
  products(batch, [out, inputs], (xi, wi, yi) => add(y.data, yi, at(x.data, xi) * at(w.data, wi)));
  return y;
}

/** dx[n, i] = sum over o of dy[n, o] * w[o, i]. */
export function linearInputGrad(dy: Values, w: Values): Values {
  const [batch] = dy.shape as unknown as Pair;
  const [out, inputs] = w.shape as unknown as Pair;
  const dx = filled([batch, inputs], 0);
  products(batch, [out, inputs], (xi, wi, yi) => add(dx.data, xi, at(dy.data, yi) * at(w.data, wi)));
  return dx;
}

/** dw[o, i] = sum over n of dy[n, o] * x[n, i]. */
export function linearWeightGrad(x: Values, dy: Values): Values {
  const [batch, inputs] = x.shape as unknown as Pair;
  const [, out] = dy.shape as unknown as Pair;
  const dw = filled([out, inputs], 0);
  products(batch, [out, inputs], (xi, wi, yi) => add(dw.data, wi, at(dy.data, yi) * at(x.data, xi)));
  return dw;
}

/** db[o] = sum over n of dy[n, o]. */
export function linearBiasGrad(dy: Values): Values {
  const [, out] = dy.shape as unknown as Pair;
  const db = filled([out], 0);
  dy.data.forEach((value, index) => {
    add(db.data, index % out, value);
  });
  return db;
}
