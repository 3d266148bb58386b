/** Draws the filmstrip: tiles of the sheet, side by side, each the picture at the middle of its place. */

import { tileOf } from "../model/film";
import type { Sheet } from "../model/types";
import type { Timeline } from "../model/timeline";

export const drawFilm = (
  context: CanvasRenderingContext2D,
  image: CanvasImageSource,
  sheet: Sheet,
  line: Timeline,
  height: number,
  ratio: number,
): void => {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, line.width, height);
  context.imageSmoothingQuality = "medium";
  const width = (height * sheet.tile_width) / sheet.tile_height;
  const places = Math.max(Math.ceil(line.width / width), 1);
  for (let place = 0; place < places; place += 1) {
    const frame = line.first + (((place + 0.5) * width) / line.width) * (line.last - line.first);
    const tile = tileOf(sheet, frame, line.frames);
    context.drawImage(image, tile.x, tile.y, tile.width, tile.height, place * width, 0, width + 0.5, height);
  }
};
