import { encode } from 'fast-png';

/** A picture as a data URI, which needs no file beside the page. */
export type DataUri = string;

/** A grey picture: 0 is black, 255 is white. */
export function greyPicture(pixels: Uint8Array, width: number, height: number): DataUri {
  return dataUri(encode({ data: pixels, width, height, channels: 1, depth: 8 }));
}

/** Numbers as a grey picture: 0 (and below) is black, the largest is white. */
export function activationPicture(values: ArrayLike<number>, width: number, height: number): DataUri {
  const largest = Math.max(...Array.from(values), Number.MIN_VALUE);
  return greyPicture(
    Uint8Array.from({ length: width * height }, (_, i) => (255 * Math.max(values[i] ?? 0, 0)) / largest),
    width,
    height,
  );
}

/** Numbers as a coloured picture: from -limit, blue, over 0, white, to +limit, red. */
export function signedPicture(values: ArrayLike<number>, width: number, height: number, limit: number): DataUri {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const share = Math.min(Math.max((values[i] ?? 0) / limit, -1), 1);
    const [red, green, blue] = share < 0 ? [33, 102, 172] : [178, 24, 43];
    const mix = (end: number) => Math.round(247 + (end - 247) * Math.abs(share));
    rgb.set([mix(red), mix(green), mix(blue)], 3 * i);
  }
  return dataUri(encode({ data: rgb, width, height, channels: 3, depth: 8 }));
}

/** Pictures of one size, side by side in rows of `columns`, with a pixel of `gap` grey between them. */
export function contactSheet(
  pictures: readonly Uint8Array[],
  width: number,
  height: number,
  columns: number,
  gap = 64,
): { uri: DataUri; width: number; height: number } {
  const rows = Math.ceil(pictures.length / columns);
  const sheetWidth = columns * (width + 1) - 1;
  const sheetHeight = rows * (height + 1) - 1;
  const sheet = new Uint8Array(sheetWidth * sheetHeight).fill(gap);
  pictures.forEach((pixels, index) => {
    const left = (index % columns) * (width + 1);
    const top = Math.floor(index / columns) * (height + 1);
    for (let y = 0; y < height; y++) {
      sheet.set(pixels.subarray(y * width, (y + 1) * width), (top + y) * sheetWidth + left);
    }
  });
  return { uri: greyPicture(sheet, sheetWidth, sheetHeight), width: sheetWidth, height: sheetHeight };
}

function dataUri(png: Uint8Array): DataUri {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
