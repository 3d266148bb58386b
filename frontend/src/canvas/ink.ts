/** A mask under the brush as pixels of the screen: fill and edge as the stage draws them, for one region only. */

import type { Bitmask, Rect } from "../model/paint";

/** How video pixels lie on the canvas, in its own pixels. */
export type Lay = { readonly left: number; readonly top: number; readonly across: number; readonly down: number };

/** Colours as an ImageData has them in memory, alpha first; `reach` is half the edge's width in canvas pixels. */
export type Ink = { readonly fill: number; readonly edge: number; readonly reach: number };

/** RGB and an alpha of 0 to 1 as one number of an ImageData's buffer; every browser is little-endian. */
export const inkColor = ([red, green, blue]: readonly [number, number, number], alpha: number): number =>
  ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** The canvas pixels that video pixels reach, their edge included, cut to the canvas. */
export const regionOf = (rect: Rect, lay: Lay, reach: number, width: number, height: number): Rect => {
  const x = Math.max(Math.floor(lay.left + rect.x * lay.across) - reach - 1, 0);
  const y = Math.max(Math.floor(lay.top + rect.y * lay.down) - reach - 1, 0);
  const right = Math.min(Math.ceil(lay.left + (rect.x + rect.width) * lay.across) + reach + 1, width);
  const bottom = Math.min(Math.ceil(lay.top + (rect.y + rect.height) * lay.down) + reach + 1, height);
  return { x, y, width: Math.max(right - x, 0), height: Math.max(bottom - y, 0) };
};

/** Writes the region's pixels, row by row, into `out`. */
export const inkPixels = (mask: Bitmask, lay: Lay, region: Rect, ink: Ink, out: Uint32Array): void => {
  const { inside, width } = mask;
  const { reach } = ink;
  // Which of the mask's columns, and where its row starts, for each canvas column and row; -1 outside the crop.
  const columns = new Int32Array(region.width + 2 * reach);
  for (let at = 0; at < columns.length; at += 1) {
    const column = Math.floor((region.x - reach + at + 0.5 - lay.left) / lay.across) - mask.x;
    columns[at] = column >= 0 && column < width ? column : -1;
  }
  const rowStart = (y: number): number => {
    const row = Math.floor((y + 0.5 - lay.top) / lay.down) - mask.y;
    return row >= 0 && row < mask.height ? row * width : -1;
  };
  const bit = (row: number, column: number): number => (row < 0 || column < 0 ? 0 : (inside[row + column] ?? 0));
  for (let y = 0; y < region.height; y += 1) {
    const [here, above, below] = [rowStart(region.y + y), rowStart(region.y + y - reach), rowStart(region.y + y + reach)];
    for (let x = 0; x < region.width; x += 1) {
      const column = columns[x + reach] ?? -1;
      const own = bit(here, column);
      const around = bit(here, columns[x] ?? -1) + bit(here, columns[x + 2 * reach] ?? -1) + bit(above, column) + bit(below, column);
      out[y * region.width + x] = own === 1 ? (around === 4 ? ink.fill : ink.edge) : around === 0 ? 0 : ink.edge;
    }
  }
};
