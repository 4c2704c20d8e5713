import { add, at, filled, type Values } from '../helpers/values.ts';
import { pair } from './conv2d.ts';

export interface Options {
  readonly stride?: number | readonly [number, number] | undefined;
  readonly dilation?: number | readonly [number, number] | undefined;
  readonly outputPadding?: number | readonly [number, number] | undefined;
  readonly padding?: number | readonly [number, number] | readonly [number, number, number, number] | undefined;
  readonly groups?: number | undefined;
}

/** Each x[n][c][i][j] adds its multiple of w[c][o] to the output, at (i * stride - top, j * stride - left). */
export function convTranspose2d(x: Values, w: Values, b: Values | null, options: Options): Values {
  const [batch, inChannels, height, width] = x.shape as [number, number, number, number];
  const [, groupOut, kh, kw] = w.shape as [number, number, number, number];
  const groups = options.groups ?? 1;
  const [sy, sx] = pair(options.stride ?? 1);
  const [dy, dx] = pair(options.dilation ?? 1);
  const [my, mx] = pair(options.outputPadding ?? 0);
  const padding = [options.padding ?? 0].flat();
  const [top = 0, left = top, bottom = top, right = left] = padding;
  const outHeight = (height - 1) * sy - top - bottom + dy * (kh - 1) + my + 1;
  const outWidth = (width - 1) * sx - left - right + dx * (kw - 1) + mx + 1;
  const outChannels = groupOut * groups;
  const y = filled([batch, outChannels, outHeight, outWidth], i =>
    b ? at(b.data, Math.floor(i / (outHeight * outWidth)) % outChannels) : 0,
  );
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < inChannels; c++)
      for (let o = 0; o < groupOut; o++)
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++)
            for (let p = 0; p < kh; p++)
              for (let q = 0; q < kw; q++) {
                const [h, v] = [i * sy + p * dy - top, j * sx + q * dx - left];
                if (h < 0 || h >= outHeight || v < 0 || v >= outWidth) continue;
                const out = Math.floor(c / (inChannels / groups)) * groupOut + o;
                const value = at(x.data, ((n * inChannels + c) * height + i) * width + j);
                const factor = at(w.data, ((c * groupOut + o) * kh + p) * kw + q);
                add(y.data, ((n * outChannels + out) * outHeight + h) * outWidth + v, value * factor);
              }
  return y;
}
