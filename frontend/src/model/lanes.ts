/** A lane is what is known of one object on each frame: untracked, or one of the server's states of a mask, with a score. */

export const EMPTY = 255;
export const PROMPT = 0;
export const TRACKED = 1;
export const LOST = 2;
export const DOUBTFUL = 3;
export const EDITED = 4;
export const IMPORTED = 5;
export const ABSENT = 6;

export const DOUBTFUL_SCORE = 50; // of 100; below it the picture should be looked at

export type Lane = {
  readonly states: Uint8Array; // [frames], EMPTY or a mask's state
  readonly scores: Uint8Array; // [frames], 0 to 100
};

export const emptyLane = (frames: number): Lane => ({
  states: new Uint8Array(frames).fill(EMPTY),
  scores: new Uint8Array(frames),
});

export const setFrame = (lane: Lane, frame: number, score: number, state: number): void => {
  if (frame < 0 || frame >= lane.states.length) return;
  lane.states[frame] = state;
  lane.scores[frame] = Math.round(Math.min(Math.max(score, 0), 100));
};

export const clearRange = (lane: Lane, first: number, last: number): void => {
  lane.states.fill(EMPTY, Math.max(first, 0), last + 1);
};

export const hasMask = (lane: Lane | undefined, frame: number): boolean => (lane?.states[frame] ?? EMPTY) !== EMPTY;

export const isDoubtful = (lane: Lane, frame: number): boolean => {
  const state = lane.states[frame] ?? EMPTY;
  return state === LOST || (state === TRACKED && (lane.scores[frame] ?? 0) < DOUBTFUL_SCORE);
};

/** The first frame of the next (or previous) doubtful stretch of any of the lanes, or null. */
export const nextDoubtful = (lanes: readonly Lane[], from: number, step: 1 | -1): number | null => {
  const frames = Math.max(0, ...lanes.map((lane) => lane.states.length));
  const starts = (lane: Lane, frame: number): boolean =>
    isDoubtful(lane, frame) && (frame === 0 || !isDoubtful(lane, frame - 1));
  for (let frame = from + step; frame >= 0 && frame < frames; frame += step)
    if (lanes.some((lane) => starts(lane, frame))) return frame;
  return null;
};

export type LaneSummary = { readonly tracked: number; readonly lost: number; readonly score: number | null };

/** How many frames are tracked and lost, and the mean score of the tracked ones. */
export const summary = (lane: Lane): LaneSummary => {
  let [tracked, lost, total, scored] = [0, 0, 0, 0];
  for (let frame = 0; frame < lane.states.length; frame += 1) {
    const state = lane.states[frame];
    if (state === EMPTY) continue;
    tracked += 1;
    if (state === LOST) lost += 1;
    if (state === TRACKED) {
      total += lane.scores[frame] ?? 0;
      scored += 1;
    }
  }
  return { tracked, lost, score: scored > 0 ? Math.round(total / scored) : null };
};

/** One column of a drawn lane: the worst of the frames that fall on it. */
export type Column = { readonly state: number; readonly score: number };

export const columnOf = (lane: Lane, first: number, last: number): Column => {
  let state = EMPTY;
  let score = 100;
  for (let frame = Math.max(first, 0); frame <= last && frame < lane.states.length; frame += 1) {
    const here = lane.states[frame] ?? EMPTY;
    if (here === EMPTY) continue;
    if (here === LOST) return { state: LOST, score: 0 };
    state = state === TRACKED ? TRACKED : here;
    if (here === TRACKED) {
      state = TRACKED;
      score = Math.min(score, lane.scores[frame] ?? 0);
    }
  }
  return { state, score };
};
