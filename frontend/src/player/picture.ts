/** A mask as it is shown: a coloured bitmap and an outline, made in a worker, drawn by the page. */

import { outlineOf, thinned, type Crop } from "../model/rle";

/** What a worker makes of a mask; it can be posted, and bitmap and outline transferred. */
export type Made = {
  /** Null when the mask is empty. */
  readonly bitmap: ImageBitmap | null;
  /** Rings of crop pixels, as outlineOf writes them. */
  readonly outline: Float32Array<ArrayBuffer>;
  /** Where the bitmap lies, in video pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly area: number;
};

export type Picture = {
  readonly bitmap: ImageBitmap | null;
  readonly edge: Path2D | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

const MOST_PIXELS = 1_500_000; // a larger crop is thinned: no screen shows more of it
const LONGEST_OUTLINE = 120_000; // numbers; a mask of pure noise keeps its fill and loses its edge

export const NOTHING: Made = { bitmap: null, outline: new Float32Array(), x: 0, y: 0, width: 0, height: 0, area: 0 };

/** In a worker: paints a crop in a colour and follows its outline. */
export const make = async (whole: Crop, [red, green, blue]: readonly [number, number, number]): Promise<Made> => {
  const crop = thinned(whole, Math.ceil(Math.sqrt((whole.width * whole.height) / MOST_PIXELS)));
  const image = new ImageData(crop.width, crop.height);
  const pixels = new Uint32Array(image.data.buffer);
  const color = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; // RGBA in memory, every browser is little-endian
  for (let at = 0; at < pixels.length; at += 1) if (crop.inside[at] === 1) pixels[at] = color;
  const bitmap = await createImageBitmap(image);
  const traced = outlineOf(crop);
  const outline = traced.length > LONGEST_OUTLINE ? new Float32Array() : traced;
  const { x, y, width, height, area } = whole;
  return { bitmap, outline, x, y, width, height, area };
};

/** On the page: what can be drawn of it. The path is made when it is first drawn: while a mask is painted it is not. */
export const pictureOf = ({ bitmap, outline, x, y, width, height }: Made): Picture => {
  const scale = bitmap === null ? 1 : width / bitmap.width;
  let edge: Path2D | null | undefined;
  return {
    bitmap,
    get edge() {
      return (edge ??= pathOf(outline, x, y, scale));
    },
    x,
    y,
    width,
    height,
  };
};

/** Bytes that a picture holds on to, about. */
export const sizeOf = ({ bitmap, outline }: Made): number =>
  (bitmap === null ? 0 : bitmap.width * bitmap.height * 4) + outline.length * 12 + 200;

/** Rings of crop pixels to a path in video pixels. */
const pathOf = (outline: Float32Array, x: number, y: number, scale: number): Path2D | null => {
  if (outline.length === 0) return null;
  const path = new Path2D();
  for (let at = 0; at < outline.length; ) {
    const points = outline[at] ?? 0;
    at += 1;
    for (let point = 0; point < points; point += 1, at += 2) {
      const [px, py] = [x + (outline[at] ?? 0) * scale, y + (outline[at + 1] ?? 0) * scale];
      if (point === 0) path.moveTo(px, py);
      else path.lineTo(px, py);
    }
    path.closePath();
  }
  return path;
};
