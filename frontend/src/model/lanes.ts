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
  return state === LOST || state === DOUBTFUL || (state === TRACKED && (lane.scores[frame] ?? 0) < DOUBTFUL_SCORE);
};

/** What a frame of a lane is, in words: for tooltips and for who cannot see the lane. */
export const stateWords = (state: number, score: number): string => {
  switch (state) {
    case PROMPT:
      return "key frame";
    case TRACKED:
      return `tracked, score ${score}`;
    case LOST:
      return "lost here";
    case DOUBTFUL:
      return `doubtful, score ${score}`;
    case EDITED:
      return "drawn by hand, a key frame";
    case IMPORTED:
      return "imported";
    case ABSENT:
      return "marked as not in the picture";
    default:
      return "not tracked here";
  }
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

/** How each state is drawn, for who reads a lane the first time. */
export const LEGEND: readonly string[] = [
  "bright: sure, dark: unsure",
  "line under it: doubtful",
  "hatched: lost",
  "pencil point: drawn by hand",
  "hollow: imported",
  "thin and crossed: not in the picture",
  "diamond: key frame",
  "empty: not tracked",
];

/** The frames a person drew on: key frames, as a box is one. */
export const drawnFrames = (lane: Lane): number[] => {
  const frames: number[] = [];
  for (let frame = lane.states.indexOf(EDITED); frame >= 0; frame = lane.states.indexOf(EDITED, frame + 1)) frames.push(frame);
  return frames;
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
    if (state === TRACKED || state === DOUBTFUL) {
      total += lane.scores[frame] ?? 0;
      scored += 1;
    }
  }
  return { tracked, lost, score: scored > 0 ? Math.round(total / scored) : null };
};

/** One column of a drawn lane: the worst of the frames that fall on it, and whether a hand was at one of them. */
export type Column = { readonly state: number; readonly score: number; readonly edited: boolean };

/** Worst first: what should be looked at hides what need not be. */
const WORST: readonly number[] = [LOST, DOUBTFUL, TRACKED, IMPORTED, EDITED, PROMPT, ABSENT, EMPTY];
const RANK = Uint8Array.from({ length: 256 }, (_, state) => (WORST.includes(state) ? WORST.indexOf(state) : WORST.length));
/** A hand or another tool made them: they are drawn as sure, whatever their score. */
export const SCORED_FULL: ReadonlySet<number> = new Set([PROMPT, EDITED, IMPORTED]);
const SCORED: ReadonlySet<number> = new Set([TRACKED, DOUBTFUL]);

export const columnOf = (lane: Lane, first: number, last: number): Column => {
  let [state, rank, score, edited] = [EMPTY, WORST.length, 100, false];
  for (let frame = Math.max(first, 0); frame <= last && frame < lane.states.length; frame += 1) {
    const here = lane.states[frame] ?? EMPTY;
    const place = RANK[here] ?? WORST.length;
    if (place < rank) [state, rank] = [here, place];
    if (here === EDITED) edited = true;
    if (SCORED.has(here)) score = Math.min(score, lane.scores[frame] ?? 0);
  }
  return { state, score: state === LOST ? 0 : score, edited };
};
