import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../src/tfjs/index.ts';
import { StoredData } from '../../src/tfjs/storage.ts';
import { withUnkindMemory } from './unkind.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

/** A tensor whose numbers are in linear memory. */
const inMemory = (values: number[], shape = [values.length]) =>
  tf.tidy(() => tf.reshape(tf.square(tf.sqrt(tf.tensor1d(values))), shape));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => ((i * 7) % 11) + 1);
const rounded = (x: tf.Tensor) => [...x.dataSync()].map(Math.round);

function expectClose(actual: tf.Tensor, expected: readonly number[]) {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 3);
  });
}

/** The discrete Fourier transform of one row, by its definition: real parts, imaginary parts. */
function dft(real: readonly number[], imag: readonly number[]): { real: number[]; imag: number[] } {
  const n = real.length;
  const sum = (term: (re: number, im: number, angle: number) => number) =>
    real.map((_, k) =>
      real.reduce((total, re, j) => total + term(re, imag[j] as number, (-2 * Math.PI * j * k) / n), 0),
    );
  return {
    real: sum((re, im, angle) => re * Math.cos(angle) - im * Math.sin(angle)),
    imag: sum((re, im, angle) => re * Math.sin(angle) + im * Math.cos(angle)),
  };
}

describe("cpu kernels' views of linear memory, which moves and is given back", () => {
  // Radix 2 and by the definition: both read values of what they have disposed of.
  it.each([8, 6])('hold for an FFT of %i', length => {
    const [re, im] = [numbers(length), numbers(length).reverse()];
    const expected = dft(re, im);
    withUnkindMemory(() => {
      tf.tidy(() => {
        const y = tf.fft(tf.complex(inMemory(re), inMemory(im)));
        expectClose(tf.real(y), expected.real);
        expectClose(tf.imag(y), expected.imag);
        const back = tf.ifft(y);
        expectClose(tf.real(back), re);
        expectClose(tf.imag(back), im);
      });
    });
  });

  it('hold for the FFT of real numbers, of which it makes complex ones itself', () => {
    const re = numbers(8);
    const expected = dft(
      re,
      re.map(() => 0),
    );
    withUnkindMemory(() => {
      tf.tidy(() => {
        const y = tf.rfft(inMemory(re));
        expectClose(tf.real(y), expected.real.slice(0, 5));
        expectClose(tf.irfft(y), re);
      });
    });
  });

  it('hold for slices, strided slices, gathered rows, reversed and split tensors', () => {
    const values = numbers(24);
    withUnkindMemory(() => {
      tf.tidy(() => {
        const make = (): tf.Tensor2D => inMemory(values, [4, 6]) as tf.Tensor2D;
        const of = (fn: (x: tf.Tensor2D) => tf.Tensor) => {
          const x = make();
          const y = fn(x);
          x.dispose();
          // Ours, and takes the memory.
          make().dispose();
          return rounded(y);
        };
        expect(of(x => tf.slice(x, [1, 0], [2, 6]))).toEqual(values.slice(6, 18));
        expect(of(x => tf.stridedSlice(x, [0, 0], [4, 6], [2, 6]))).toEqual([values[0], values[12]]);
        expect(of(x => tf.gather(x, [3]))).toEqual(values.slice(18));
        expect(of(x => tf.reverse(tf.reshape(x, [24])))).toEqual([...values].reverse());
        expect(of(x => tf.split(x, 2)[1] as tf.Tensor)).toEqual(values.slice(12));
        expect(of(x => tf.unstack(x)[2] as tf.Tensor)).toEqual(values.slice(12, 18));
      });
    });
  });

  it('are made anew for numbers that go to another type, when their way makes the memory grow', () => {
    const whole = StoredData.allocate(3, 'int32');
    (whole.values as Int32Array).set([1, -2, 3]);
    const floats = withUnkindMemory(() => whole.inMemory('float32'));
    const { buffer } = floats.runtime.memory;
    expect([...new Float32Array(buffer, floats.block.address, 3)]).toEqual([1, -2, 3]);
    expect([...(whole.values as Int32Array)]).toEqual([1, -2, 3]);
    whole.release();
  });

  it('are copies for those who keep them: data that one backend hands to another', async () => {
    const x = inMemory([1, 4, 9]);
    await tf.setBackend('cpu');
    // Moves the numbers.
    expect(rounded(tf.neg(x))).toEqual([-1, -4, -9]);
    await tf.setBackend('convasm');
    withUnkindMemory(() => {
      inMemory(numbers(64)).dispose();
      inMemory(numbers(64)).dispose();
    });
    expect(rounded(x)).toEqual([1, 4, 9]);
    expect(rounded(tf.relu(x))).toEqual([1, 4, 9]);
    expect(rounded(inMemory([1, 4, 9]))).toEqual([1, 4, 9]);
  });
});

describe('a transposed convolution', () => {
  it('takes a gradient larger than the output it is said to be of, as cpu does', async () => {
    const answers: number[][] = [];
    for (const backend of ['cpu', 'convasm']) {
      await tf.setBackend(backend);
      answers.push(
        tf.tidy(() => {
          // Outputs of 3 x 3 and filters of 2 x 2 are of a 2 x 2 input; the third row and column are not looked at.
          const x = tf.tensor4d(numbers(9), [1, 3, 3, 1]);
          const w = tf.tensor4d(numbers(8), [2, 2, 2, 1]);
          const [a, b] = [tf.mul(x, 1) as tf.Tensor4D, tf.mul(w, 1) as tf.Tensor4D];
          return [...tf.conv2dTranspose(a, b, [1, 3, 3, 2], 1, 'valid').dataSync()];
        }),
      );
    }
    const [expected, actual] = answers as [number[], number[]];
    expect(actual).toEqual(expected);
    expect(actual.some(value => value > 0)).toBe(true);
  });
});
