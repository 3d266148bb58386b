/** The filmstrip's sheet: which of its tiles shows a frame, and where that tile lies. */

import type { Sheet } from "./types";
import { clamp } from "./units";

export type Tile = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** The tile nearest to a frame of a clip of so many, in the sheet's own pixels. */
export const tileOf = (sheet: Sheet, frame: number, frames: number): Tile => {
  const tile = clamp(Math.floor((frame / Math.max(frames, 1)) * sheet.count), 0, sheet.count - 1);
  const [width, height] = [sheet.tile_width, sheet.tile_height];
  return { x: (tile % sheet.columns) * width, y: Math.floor(tile / sheet.columns) * height, width, height };
};
