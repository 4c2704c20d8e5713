import { type ConvShape, outSize } from './shapes.ts';

/** The part of a convolution that is computed: the first `images`, of each the output rows from `first` to before `end`. */
export interface Slice {
  readonly images: number;
  readonly first: number;
  readonly end: number;
}

/**
 * What convasm is compared with: convolution in plain TypeScript on Float32Arrays in NCHW order, as one writes it who knows the
 * formula and wants no library. Nested loops, the bounds checked where they can fail, sums in a local variable.
 */
export function plainForward(x: Float32Array, w: Float32Array, y: Float32Array, s: ConvShape, slice: Slice): void {
  const { inChannels, outChannels, size, kernel, stride, padding } = s;
  const out = outSize(s);
  const groupIn = inChannels / s.groups;
  const groupOut = outChannels / s.groups;
  for (let n = 0; n < slice.images; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / groupOut) * groupIn;
      for (let i = slice.first; i < slice.end; i++) {
        for (let j = 0; j < out; j++) {
          let sum = 0;
          for (let c = 0; c < groupIn; c++) {
            const image = (n * inChannels + firstChannel + c) * size;
            const filter = (o * groupIn + c) * kernel;
            for (let p = 0; p < kernel; p++) {
              const row = i * stride + p - padding;
              if (row < 0 || row >= size) continue;
              for (let q = 0; q < kernel; q++) {
                const column = j * stride + q - padding;
                if (column < 0 || column >= size) continue;
                sum += (x[(image + row) * size + column] as number) * (w[(filter + p) * kernel + q] as number);
              }
            }
          }
          y[((n * outChannels + o) * out + i) * out + j] = sum;
        }
      }
    }
  }
}

/** Each element of dy goes back to the elements of x that it came from. */
export function plainInputGrad(dy: Float32Array, w: Float32Array, dx: Float32Array, s: ConvShape, slice: Slice): void {
  const { inChannels, outChannels, size, kernel, stride, padding } = s;
  const out = outSize(s);
  const groupIn = inChannels / s.groups;
  const groupOut = outChannels / s.groups;
  dx.fill(0);
  for (let n = 0; n < slice.images; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / groupOut) * groupIn;
      for (let i = slice.first; i < slice.end; i++) {
        for (let j = 0; j < out; j++) {
          const gradient = dy[((n * outChannels + o) * out + i) * out + j] as number;
          for (let c = 0; c < groupIn; c++) {
            const image = (n * inChannels + firstChannel + c) * size;
            const filter = (o * groupIn + c) * kernel;
            for (let p = 0; p < kernel; p++) {
              const row = i * stride + p - padding;
              if (row < 0 || row >= size) continue;
              for (let q = 0; q < kernel; q++) {
                const column = j * stride + q - padding;
                if (column < 0 || column >= size) continue;
                const at = (image + row) * size + column;
                dx[at] = (dx[at] as number) + gradient * (w[(filter + p) * kernel + q] as number);
              }
            }
          }
        }
      }
    }
  }
}

/** Each element of dw is the sum of x times dy over the images and output pixels that it was used for. */
export function plainFilterGrad(x: Float32Array, dy: Float32Array, dw: Float32Array, s: ConvShape, slice: Slice): void {
  const { inChannels, outChannels, size, kernel, stride, padding } = s;
  const out = outSize(s);
  const groupIn = inChannels / s.groups;
  const groupOut = outChannels / s.groups;
  for (let o = 0; o < outChannels; o++) {
    const firstChannel = Math.floor(o / groupOut) * groupIn;
    for (let c = 0; c < groupIn; c++) {
      for (let p = 0; p < kernel; p++) {
        for (let q = 0; q < kernel; q++) {
          let sum = 0;
          for (let n = 0; n < slice.images; n++) {
            const image = (n * inChannels + firstChannel + c) * size;
            const gradient = (n * outChannels + o) * out;
            for (let i = slice.first; i < slice.end; i++) {
              const row = i * stride + p - padding;
              if (row < 0 || row >= size) continue;
              for (let j = 0; j < out; j++) {
                const column = j * stride + q - padding;
                if (column < 0 || column >= size) continue;
                sum += (x[(image + row) * size + column] as number) * (dy[(gradient + i) * out + j] as number);
              }
            }
          }
          dw[((o * groupIn + c) * kernel + p) * kernel + q] = sum;
        }
      }
    }
  }
}
