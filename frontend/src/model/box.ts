/** Upright boxes: made by a drag, held by eight handles, moved and sized by pointer or arrow keys, kept in the frame. */

import { boxOf, clamp, videoPoint, type Box, type ScreenPoint, type VideoPoint, type VideoSize } from "./units";
import { toScreen, type View } from "./view";

export type Handle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";
export type Grip = Handle | "inside";

export const MIN_SIDE_PX = 4; // the server refuses smaller boxes
export const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** The box between two corners, rounded to whole pixels and clipped to the frame; null when it is too small to be meant. */
export const boxBetween = (a: VideoPoint, b: VideoPoint, frame: VideoSize): Box | null => {
  const left = Math.round(clamp(Math.min(a.x, b.x), 0, frame.width));
  const top = Math.round(clamp(Math.min(a.y, b.y), 0, frame.height));
  const right = Math.round(clamp(Math.max(a.x, b.x), 0, frame.width));
  const bottom = Math.round(clamp(Math.max(a.y, b.y), 0, frame.height));
  if (right - left < MIN_SIDE_PX || bottom - top < MIN_SIDE_PX) return null;
  return boxOf(left, top, right - left, bottom - top);
};

/** Where a handle sits on its box. */
export const handlePoint = (box: Box, handle: Handle): VideoPoint => {
  const [x, y, width, height] = box;
  const across = handle.includes("w") ? 0 : handle.includes("e") ? 1 : 0.5;
  const down = handle.includes("n") ? 0 : handle.includes("s") ? 1 : 0.5;
  return videoPoint(x + width * across, y + height * down);
};

/** What a pointer at `at` would take hold of, nearest handle first. `reach` is in screen pixels: larger for a finger. */
export const gripAt = (box: Box, view: View, at: ScreenPoint, reach: number): Grip | null => {
  let best: Handle | null = null;
  let nearest = reach;
  for (const handle of HANDLES) {
    const point = toScreen(view, handlePoint(box, handle));
    const distance = Math.hypot(point.x - at.x, point.y - at.y);
    // On a tie the corner wins: a corner can do what an edge can, and small boxes would hide it.
    if (distance < nearest || (distance === nearest && handle.length === 2)) {
      nearest = distance;
      best = handle;
    }
  }
  return best ?? (isInside(box, view, at) ? "inside" : null);
};

export const isInside = (box: Box, view: View, at: ScreenPoint): boolean => {
  const start = toScreen(view, videoPoint(box[0], box[1]));
  return (
    at.x >= start.x &&
    at.y >= start.y &&
    at.x <= start.x + box[2] * view.scale * view.aspect &&
    at.y <= start.y + box[3] * view.scale
  );
};

/** The box after its grip was dragged by (dx, dy) video pixels; a side pulled past its opposite turns the box over. */
export const dragGrip = (box: Box, grip: Grip, dx: number, dy: number, frame: VideoSize): Box => {
  if (grip === "inside") return moveBox(box, dx, dy, frame);
  const [x, y, width, height] = box;
  const left = grip.includes("w") ? x + dx : x;
  const right = grip.includes("e") ? x + width + dx : x + width;
  const top = grip.includes("n") ? y + dy : y;
  const bottom = grip.includes("s") ? y + height + dy : y + height;
  return boxBetween(videoPoint(left, top), videoPoint(right, bottom), frame) ?? box;
};

/** Moves the whole box and stops at the edge of the frame. */
export const moveBox = (box: Box, dx: number, dy: number, frame: VideoSize): Box =>
  boxOf(
    Math.round(clamp(box[0] + dx, 0, frame.width - box[2])),
    Math.round(clamp(box[1] + dy, 0, frame.height - box[3])),
    box[2],
    box[3],
  );

/** Moves the lower right corner. */
export const sizeBox = (box: Box, dx: number, dy: number, frame: VideoSize): Box =>
  boxOf(
    box[0],
    box[1],
    clamp(box[2] + dx, MIN_SIDE_PX, frame.width - box[0]),
    clamp(box[3] + dy, MIN_SIDE_PX, frame.height - box[1]),
  );

/** The upright box around a rotated one (four corners, eight numbers), clipped to the frame. */
export const boxAround = (corners: readonly number[], frame: VideoSize): Box | null => {
  if (corners.length !== 8) return null;
  const xs = corners.filter((_, index) => index % 2 === 0);
  const ys = corners.filter((_, index) => index % 2 === 1);
  return boxBetween(
    videoPoint(Math.min(...xs), Math.min(...ys)),
    videoPoint(Math.max(...xs), Math.max(...ys)),
    frame,
  );
};

/** Whether a point lies in a rotated box (even-odd rule). */
export const insideCorners = (corners: readonly number[], at: VideoPoint): boolean => {
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [corners[i] ?? 0, corners[i + 1] ?? 0, corners[j] ?? 0, corners[j + 1] ?? 0];
    if (ay > at.y !== by > at.y && at.x < ((bx - ax) * (at.y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
};

export const sameBox = (a: Box | null, b: Box | null): boolean =>
  a === b || (a !== null && b !== null && a.every((value, index) => value === b[index]));
