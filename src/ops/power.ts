/**
 * base^exponent, rounded as it should be but for a rare last bit, and the same on every engine, whose own `**` differ in the last ones.
 * By repeated squaring, with the rounding error of each product carried along: errors of plain products would double with each square.
 *
 * @param base from 0 to 1
 * @param exponent a whole number of at least 0
 */
export function power(base: number, exponent: number): number {
  let result: Double = [1, 0];
  let square: Double = [base, 0];
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = product(result, square);
    square = product(square, square);
  }
  return result[0];
}

/** A number as the nearest float64 and what is left. */
type Double = readonly [high: number, low: number];

/** T. J. Dekker, "A Floating-Point Technique for Extending the Available Precision", 1971. */
function product([a, aLow]: Double, [b, bLow]: Double): Double {
  const high = a * b;
  const [[a1, a2], [b1, b2]] = [halves(a), halves(b)];
  const low = a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 + (a * bLow + aLow * b);
  const sum = high + low;
  return [sum, low - (sum - high)];
}

/** Two summands of 26 bits, whose products are exact. */
function halves(x: number): Double {
  const large = (2 ** 27 + 1) * x;
  const high = large - (large - x);
  return [high, x - high];
}
