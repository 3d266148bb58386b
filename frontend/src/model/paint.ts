/**
 * A mask under the brush: the pixels of a frame that were touched so far, as a crop that grows, and what strokes and
 * polygons do to it. Positions are video pixels, edges not centres: pixel (i, j) is set when its centre (i + ½, j + ½)
 * lies inside. Each operation says which pixels it looked at, so that a page redraws no more than those.
 */

import type { Crop } from "./rle";
import { clamp, type VideoPoint } from "./units";

/** A rectangle of whole pixels. */
export type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** `inside` is row-major, one byte a pixel, 0 or 1; outside the crop the frame is empty. */
export type Bitmask = Rect & { readonly frameWidth: number; readonly frameHeight: number; readonly inside: Uint8Array };

/** The mask after an operation (the same one, changed, unless it had to grow) and the pixels that may have changed. */
export type Painted = { readonly mask: Bitmask; readonly dirty: Rect };

const NOWHERE: Rect = { x: 0, y: 0, width: 0, height: 0 };
const ROOM_PX = 96; // around what was asked for: a stroke grows the crop once in a while, not at each move

export const BRUSH_SIZES: readonly number[] = [
  1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400,
];

/** The next size up or down of the list, in video pixels across. */
export const nextSize = (size: number, step: 1 | -1): number =>
  (step === 1 ? BRUSH_SIZES.find((other) => other > size) : BRUSH_SIZES.findLast((other) => other < size)) ?? size;

export const emptyMask = (frameWidth: number, frameHeight: number): Bitmask => ({
  ...NOWHERE,
  frameWidth,
  frameHeight,
  inside: new Uint8Array(),
});

/** A mask to paint on that begins as a crop of the frame; the crop's own bytes are not touched. */
export const maskFrom = (crop: Crop | null, frameWidth: number, frameHeight: number): Bitmask => {
  if (crop === null) return emptyMask(frameWidth, frameHeight);
  const { x, y, width, height, inside } = crop;
  return { x, y, width, height, frameWidth, frameHeight, inside: inside.slice() };
};

/** The same mask with its own bytes: what to go back to when a stroke is given up. */
export const copyOf = (mask: Bitmask): Bitmask => ({ ...mask, inside: mask.inside.slice() });

export const isSet = (mask: Bitmask, x: number, y: number): boolean => {
  const [column, row] = [x - mask.x, y - mask.y];
  return column >= 0 && row >= 0 && column < mask.width && row < mask.height && mask.inside[row * mask.width + column] === 1;
};

/** Paints (or erases) with a round brush of `size` pixels across, dragged from `from` to `to`. */
export const paintLine = (mask: Bitmask, from: VideoPoint, to: VideoPoint, size: number, erase: boolean): Painted => {
  // The finest brush covers the pixel it is in, wherever in the pixel it is.
  const [a, b] = size < 2 ? [middleOf(from), middleOf(to)] : [from, to];
  const radius = Math.max(size, 1) / 2;
  const [top, bottom] = [Math.min(a.y, b.y) - radius, Math.max(a.y, b.y) + radius];
  const [left, right] = [Math.min(a.x, b.x) - radius, Math.max(a.x, b.x) + radius];
  const dirty = inFrame(mask, left, top, right, bottom);
  if (dirty.width === 0 || dirty.height === 0) return { mask, dirty };
  return fillRows(mask, dirty, erase, (y) => [capsuleAt(a, b, radius, y)]);
};

/** Adds (or takes away) a polygon: what lies inside by the even-odd rule, so that a loop in it is a hole. */
export const paintPolygon = (mask: Bitmask, corners: readonly VideoPoint[], erase: boolean): Painted => {
  if (corners.length < 3) return { mask, dirty: NOWHERE };
  const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)];
  const dirty = inFrame(mask, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
  if (dirty.width === 0 || dirty.height === 0) return { mask, dirty };
  return fillRows(mask, dirty, erase, (y) => crossings(corners, y));
};

type Span = readonly [from: number, to: number];

/** Sets or clears, in each row, the pixels whose centres lie in the row's spans. */
const fillRows = (before: Bitmask, dirty: Rect, erase: boolean, spansOf: (y: number) => readonly Span[]): Painted => {
  const mask = erase ? before : grown(before, dirty);
  const value = erase ? 0 : 1;
  const [firstRow, lastRow] = [Math.max(dirty.y, mask.y), Math.min(dirty.y + dirty.height, mask.y + mask.height)];
  for (let row = firstRow; row < lastRow; row += 1) {
    const start = (row - mask.y) * mask.width;
    for (const [from, to] of spansOf(row + 0.5)) {
      const first = clamp(Math.ceil(from - 0.5) - mask.x, 0, mask.width);
      const last = clamp(Math.floor(to - 0.5) - mask.x, -1, mask.width - 1);
      if (last >= first) mask.inside.fill(value, start + first, start + last + 1);
    }
  }
  return { mask, dirty };
};

/** Where the row at height y cuts the outline of a disc dragged from a to b: a convex shape, so at most one span. */
const capsuleAt = (a: VideoPoint, b: VideoPoint, radius: number, y: number): Span => {
  let [low, high] = [Infinity, -Infinity];
  for (const middle of [a, b]) {
    const half = radius ** 2 - (y - middle.y) ** 2;
    if (half < 0) continue;
    low = Math.min(low, middle.x - Math.sqrt(half));
    high = Math.max(high, middle.x + Math.sqrt(half));
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return [low, high];
  // The body between the two discs is a rectangle along the line.
  const [nx, ny] = [(-dy / length) * radius, (dx / length) * radius];
  const body = [[a.x + nx, a.y + ny], [b.x + nx, b.y + ny], [b.x - nx, b.y - ny], [a.x - nx, a.y - ny]] as const;
  body.forEach(([x, at], index) => {
    const [nextX, nextAt] = body[(index + 1) % 4] ?? [x, at];
    if ((at <= y) === (nextAt <= y)) return;
    const cut = x + ((y - at) / (nextAt - at)) * (nextX - x);
    [low, high] = [Math.min(low, cut), Math.max(high, cut)];
  });
  return [low, high];
};

/** The spans of the row at height y that lie in a polygon. */
const crossings = (corners: readonly VideoPoint[], y: number): Span[] => {
  const cuts: number[] = [];
  corners.forEach((corner, index) => {
    const next = corners[(index + 1) % corners.length] ?? corner;
    if ((corner.y <= y) !== (next.y <= y)) cuts.push(corner.x + ((y - corner.y) / (next.y - corner.y)) * (next.x - corner.x));
  });
  cuts.sort((one, other) => one - other);
  const spans: Span[] = [];
  for (let index = 0; index + 1 < cuts.length; index += 2) spans.push([cuts[index] ?? 0, cuts[index + 1] ?? 0]);
  return spans;
};

const middleOf = (point: VideoPoint): VideoPoint => {
  const [x, y] = [Math.floor(point.x) + 0.5, Math.floor(point.y) + 0.5];
  return { x, y } as VideoPoint;
};

const inFrame = (frame: Bitmask, left: number, top: number, right: number, bottom: number): Rect => {
  const [x, y] = [clamp(Math.floor(left), 0, frame.frameWidth), clamp(Math.floor(top), 0, frame.frameHeight)];
  const width = clamp(Math.ceil(right), 0, frame.frameWidth) - x;
  return { x, y, width, height: clamp(Math.ceil(bottom), 0, frame.frameHeight) - y };
};

/** A mask whose crop holds the rectangle: itself when it does already. */
const grown = (mask: Bitmask, rect: Rect): Bitmask => {
  const [right, bottom] = [mask.x + mask.width, mask.y + mask.height];
  const holds = rect.x >= mask.x && rect.y >= mask.y && rect.x + rect.width <= right && rect.y + rect.height <= bottom;
  if (holds) return mask;
  const empty = mask.width === 0 || mask.height === 0;
  const least = { x: rect.x - ROOM_PX, y: rect.y - ROOM_PX, right: rect.x + rect.width + ROOM_PX, bottom: rect.y + rect.height + ROOM_PX };
  const x = clamp(empty ? least.x : Math.min(mask.x, least.x), 0, mask.frameWidth);
  const y = clamp(empty ? least.y : Math.min(mask.y, least.y), 0, mask.frameHeight);
  const width = clamp(empty ? least.right : Math.max(right, least.right), 0, mask.frameWidth) - x;
  const height = clamp(empty ? least.bottom : Math.max(bottom, least.bottom), 0, mask.frameHeight) - y;
  const inside = new Uint8Array(width * height);
  for (let row = 0; row < mask.height; row += 1)
    inside.set(mask.inside.subarray(row * mask.width, (row + 1) * mask.width), (row + mask.y - y) * width + mask.x - x);
  return { x, y, width, height, frameWidth: mask.frameWidth, frameHeight: mask.frameHeight, inside };
};
