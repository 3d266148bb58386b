/** Frames laid along a strip of pixels: which part of the clip is in sight and where a frame is. */

import { clamp } from "./units";

export type Timeline = {
  readonly first: number; // the first frame in sight, may be a fraction
  readonly last: number; // one past the last frame in sight
  readonly width: number; // css pixels
  readonly frames: number;
};

const FEWEST_FRAMES = 24;

export const wholeClip = (frames: number, width: number): Timeline => ({ first: 0, last: Math.max(frames, 1), width, frames });

/** The left edge of a frame's cell. */
export const xOf = (line: Timeline, frame: number): number => ((frame - line.first) / (line.last - line.first)) * line.width;

export const cellWidth = (line: Timeline): number => line.width / (line.last - line.first);

export const frameAtX = (line: Timeline, x: number): number =>
  clamp(Math.floor(line.first + (x / line.width) * (line.last - line.first)), 0, Math.max(line.frames - 1, 0));

/** Shows fewer or more frames and keeps the frame under x where it is. */
export const zoomTimeline = (line: Timeline, x: number, factor: number): Timeline => {
  const span = clamp((line.last - line.first) / factor, Math.min(FEWEST_FRAMES, line.frames), line.frames);
  const kept = line.first + (x / line.width) * (line.last - line.first);
  return slide({ ...line, first: kept - (x / line.width) * span, last: kept + (1 - x / line.width) * span }, 0);
};

/** Moves the part in sight by a number of frames, within the clip. */
export const slide = (line: Timeline, by: number): Timeline => {
  const span = line.last - line.first;
  const first = clamp(line.first + by, 0, Math.max(line.frames - span, 0));
  return { ...line, first, last: first + span };
};

/** Brings a frame into sight when it has left it. */
export const reveal = (line: Timeline, frame: number): Timeline =>
  frame >= line.first && frame < line.last ? line : slide(line, frame - (line.first + line.last) / 2);
