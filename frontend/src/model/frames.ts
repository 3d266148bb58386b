/** The frame table of the proxy: which frame is at a time, and where to seek to see exactly one frame. */

export type FrameTable = {
  /** Presentation time of each frame, in seconds. */
  readonly times: Float64Array;
  /** End of the last frame, in seconds. */
  readonly end: number;
};

const SEEK_INTO_FRAME_S = 0.005; // stack.md section 4: seeking to the exact pts shows a wrong frame a third of the time
const SAME_FRAME_S = 0.001;

/** Makes the table from the server's ticks and time base ("1/15360"). */
export const frameTable = (pts: readonly number[], timeBase: string): FrameTable => {
  const [over, under] = timeBase.split("/").map(Number);
  if (!over || !under) throw new Error(`time base "${timeBase}" is not a fraction`);
  const times = Float64Array.from(pts, (tick) => (tick * over) / under);
  const last = times.at(-1) ?? 0;
  const usual = times.length > 1 ? (last - (times[0] ?? 0)) / (times.length - 1) : 1 / 25;
  return { times, end: last + usual };
};

export const frameCount = (table: FrameTable): number => table.times.length;

export const timeOf = (table: FrameTable, frame: number): number => table.times[frame] ?? 0;

export const lengthOf = (table: FrameTable, frame: number): number =>
  (table.times[frame + 1] ?? table.end) - timeOf(table, frame);

/** The time to give `currentTime` so that the browser shows this frame and no other. */
export const seekTime = (table: FrameTable, frame: number): number =>
  timeOf(table, frame) + Math.min(lengthOf(table, frame) / 2, SEEK_INTO_FRAME_S);

/** The frame that a presented picture with this media time is. */
export const frameAt = (table: FrameTable, time: number): number => {
  let low = 0;
  let high = table.times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOf(table, middle) <= time + SAME_FRAME_S) low = middle;
    else high = middle - 1;
  }
  return low;
};

export const isFrameTime = (table: FrameTable, frame: number, time: number): boolean =>
  Math.abs(timeOf(table, frame) - time) <= SAME_FRAME_S;
