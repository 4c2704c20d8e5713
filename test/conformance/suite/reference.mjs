// Convolution and its gradients by definition, one element at a time, in float64.
//
//     y[n][o][p][q] = b[o] + sum over i, r, s of x[n][g * I + i][p * sh - top + r * dh][q * sw - left + s * dw] * w[o][i][r][s]
//
// g is the group of output channel o, I the input channels of a group, and x is zero outside the image.

/**
 * @typedef {object} Convolution
 * @property {readonly [number, number, number, number]} x  [batch, in, height, width]
 * @property {readonly [number, number, number, number]} w  [out, in / groups, kernel height, kernel width]
 * @property {readonly [number, number]} [stride]
 * @property {readonly [number, number, number, number]} [padding]  [top, left, bottom, right]
 * @property {readonly [number, number]} [dilation]
 * @property {number} [groups]
 */

/** The products of an element: their number is the work it takes. @typedef {{ value: number, magnitude: number, terms: number }} Sum */

/** @param {Convolution} convolution */
export function reference({ x, w, stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1 }) {
  const [N, C, H, W] = x;
  const [O, I, KH, KW] = w;
  const [sh, sw] = stride;
  const [dh, dw] = dilation;
  const [top, left, bottom, right] = padding;
  const P = Math.floor((H + top + bottom - dh * (KH - 1) - 1) / sh) + 1;
  const Q = Math.floor((W + left + right - dw * (KW - 1) - 1) / sw) + 1;
  const groupOut = O / groups;

  /** Visits the pairs of factors of y[n][o][p][q] as (index in x, index in w). */
  function output(index, visit) {
    const [n, o, p, q] = split(index, O, P, Q);
    const first = Math.floor(o / groupOut) * I;
    for (let i = 0; i < I; i++) {
      for (let r = 0; r < KH; r++) {
        const h = p * sh - top + r * dh;
        if (h < 0 || h >= H) continue;
        for (let s = 0; s < KW; s++) {
          const v = q * sw - left + s * dw;
          if (v >= 0 && v < W) visit(((n * C + first + i) * H + h) * W + v, ((o * I + i) * KH + r) * KW + s);
        }
      }
    }
  }

  /** Those of dx[n][c][h][v], as (index in dy, index in w). */
  function inputGrad(index, visit) {
    const [n, c, h, v] = split(index, C, H, W);
    const first = Math.floor(c / I) * groupOut;
    for (let o = first; o < first + groupOut; o++) {
      for (let r = 0; r < KH; r++) {
        const p = (h + top - r * dh) / sh;
        if (!Number.isInteger(p) || p < 0 || p >= P) continue;
        for (let s = 0; s < KW; s++) {
          const q = (v + left - s * dw) / sw;
          if (!Number.isInteger(q) || q < 0 || q >= Q) continue;
          visit(((n * O + o) * P + p) * Q + q, ((o * I + (c % I)) * KH + r) * KW + s);
        }
      }
    }
  }

  /** Those of dw[o][i][r][s], as (index in x, index in dy). */
  function filterGrad(index, visit) {
    const [o, i, r, s] = split(index, I, KH, KW);
    const c = Math.floor(o / groupOut) * I + i;
    for (let n = 0; n < N; n++) {
      for (let p = 0; p < P; p++) {
        const h = p * sh - top + r * dh;
        if (h < 0 || h >= H) continue;
        for (let q = 0; q < Q; q++) {
          const v = q * sw - left + s * dw;
          if (v >= 0 && v < W) visit(((n * C + c) * H + h) * W + v, ((n * O + o) * P + p) * Q + q);
        }
      }
    }
  }

  return { outputShape: [N, O, P, Q], output, inputGrad, filterGrad };
}

/**
 * The sum of an element's products.
 *
 * @param {(index: number, visit: (a: number, b: number) => void) => void} element
 * @param {number} index
 * @param {ArrayLike<number>} left
 * @param {ArrayLike<number>} right
 * @returns {Sum}
 */
export function sumOf(element, index, left, right) {
  const sum = { value: 0, magnitude: 0, terms: 0 };
  element(index, (a, b) => {
    const product = left[a] * right[b];
    sum.value += product;
    sum.magnitude += Math.abs(product);
    sum.terms++;
  });
  return sum;
}

/** An index as four, of sizes [any, B, C, D]. */
function split(index, B, C, D) {
  return [Math.floor(index / (B * C * D)), Math.floor(index / (C * D)) % B, Math.floor(index / D) % C, index % D];
}
