/** What pressing Track would do, decided from key frames, range and choice, and said in a sentence beforehand. */

import { EDITED, hasMask, type Lane } from "./lanes";
import type { Direction, Prompt, Run, Subject } from "./types";

export type Follow = "here" | "selected" | "all";

export type Range = { readonly first: number; readonly last: number };

export type RunPlan = {
  readonly direction: Direction;
  readonly first_frame: number | null;
  readonly last_frame: number | null;
  readonly subjects: readonly string[] | null;
  readonly until_agrees: boolean;
};

export type PlanInput = {
  readonly subjects: readonly Subject[];
  readonly prompts: readonly Prompt[];
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly frame: number;
  readonly frames: number;
  readonly range: Range | null;
  readonly direction: Direction;
  readonly follow: Follow;
  readonly selected: string | null;
  /** Objects whose key frame on this frame was drawn or moved since they were last tracked. */
  readonly changed: ReadonlySet<string>;
  /** Stop following an object that is found where it was found before. */
  readonly untilAgrees: boolean;
};

/** A box that was drawn, or a mask that a person drew: where tracking begins anew. */
type KeyFrame = { readonly subject_id: string; readonly frame: number };

export const keyFramesOf = (prompts: readonly Prompt[], lanes: ReadonlyMap<string, Lane>): readonly KeyFrame[] => {
  const drawn = [...lanes].flatMap(([subject_id, lane]) =>
    [...lane.states.keys()].filter((frame) => lane.states[frame] === EDITED).map((frame) => ({ subject_id, frame })),
  );
  const keys = [...prompts.map(({ subject_id, frame }) => ({ subject_id, frame })), ...drawn];
  return [...new Map(keys.map((key) => [`${key.subject_id} ${key.frame}`, key])).values()];
};

export type Planned =
  | { readonly ok: true; readonly plan: RunPlan; readonly sentence: string }
  | { readonly ok: false; readonly reason: string };

const KEY = "Draw a box around something first (B).";

export const planRun = (input: PlanInput): Planned => {
  const { subjects, frame, range } = input;
  const prompts = keyFramesOf(input.prompts, input.lanes);
  if (input.direction === "between") return planBetween(input, prompts);
  const keyed = subjects.filter((subject) => prompts.some((prompt) => prompt.subject_id === subject.id));
  if (keyed.length === 0) return { ok: false, reason: KEY };
  const here = keyed.filter((subject) =>
    prompts.some((prompt) => prompt.subject_id === subject.id && prompt.frame === frame),
  );

  if (input.follow === "here" && here.length > 0 && (range === null || (frame >= range.first && frame <= range.last))) {
    const waiting = here.filter((subject) => isWaiting(input, subject.id));
    return planFromHere(input, prompts, waiting.length > 0 ? waiting : here);
  }
  let chosen = keyed;
  if (input.follow === "selected") {
    chosen = keyed.filter((subject) => subject.id === input.selected);
    if (chosen.length === 0) return { ok: false, reason: "Select an object that has a key frame." };
  }
  if (range !== null) {
    const inRange = (subject: Subject): boolean =>
      prompts.some((p) => p.subject_id === subject.id && p.frame >= range.first && p.frame <= range.last);
    chosen = chosen.filter(inRange);
    if (chosen.length === 0) return { ok: false, reason: "The range holds no key frame: draw a box in it." };
  }
  const plan: RunPlan = {
    direction: input.direction,
    first_frame: range?.first ?? null,
    last_frame: range?.last ?? null,
    subjects: chosen.length === subjects.length ? null : chosen.map((subject) => subject.id),
    until_agrees: input.untilAgrees,
  };
  const where = range === null ? "from their key frames" : `in frames ${range.first} to ${range.last}`;
  return { ok: true, plan, sentence: `Tracks ${named(chosen)} ${where}${untilAgrees(input)}.` };
};

/** Whether an object still has to be tracked from this frame: its box changed, or the next frame has no mask. */
const isWaiting = (input: PlanInput, id: string): boolean => {
  if (input.changed.has(id)) return true;
  const lane = input.lanes.get(id);
  const empty = (frame: number): boolean => frame >= 0 && frame < input.frames && !hasMask(lane, frame);
  return (
    (input.direction !== "backward" && empty(input.frame + 1)) || (input.direction !== "forward" && empty(input.frame - 1))
  );
};

/** Tracks from this frame to each object's next key frame; with one object the bounds can be said exactly. */
const planFromHere = (input: PlanInput, prompts: readonly KeyFrame[], chosen: readonly Subject[]): Planned => {
  const { frame, range, direction } = input;
  const keys = prompts.filter((prompt) => chosen.some((subject) => subject.id === prompt.subject_id));
  const one = chosen.length === 1;
  const after = keys.filter((prompt) => prompt.frame > frame).map((prompt) => prompt.frame);
  const before = keys.filter((prompt) => prompt.frame < frame).map((prompt) => prompt.frame);
  const next = one && after.length > 0 ? Math.min(...after) - 1 : null;
  const previous = one && before.length > 0 ? Math.max(...before) + 1 : null;
  const last = direction === "backward" ? frame : least(range?.last ?? null, next);
  const first = direction === "forward" ? frame : most(range?.first ?? null, previous);
  const plan: RunPlan = {
    direction,
    first_frame: first,
    last_frame: last,
    subjects: chosen.length === input.subjects.length ? null : chosen.map((subject) => subject.id),
    until_agrees: input.untilAgrees,
  };
  return { ok: true, plan, sentence: `Tracks ${named(chosen)} ${span(direction, frame, first, last)}${untilAgrees(input)}.` };
};

/** Tracks between key frames: those on both sides of this frame, or all in the range. */
const planBetween = (input: PlanInput, keys: readonly KeyFrame[]): Planned => {
  const { subjects, frame, range, follow, selected } = input;
  const inRange = (key: KeyFrame): boolean => range === null || (key.frame >= range.first && key.frame <= range.last);
  const framesOf = (subject: Subject): number[] =>
    keys.filter((key) => key.subject_id === subject.id && inRange(key)).map((key) => key.frame).sort((a, b) => a - b);
  const wanted = follow === "all" || selected === null ? subjects : subjects.filter((subject) => subject.id === selected);
  const chosen = wanted.filter((subject) => framesOf(subject).length > 1);
  if (chosen.length === 0) return { ok: false, reason: "Between needs two key frames of an object: draw a second box (B)." };
  let [first, last] = [range?.first ?? null, range?.last ?? null];
  const [only] = chosen;
  if (follow === "here" && chosen.length === 1 && only !== undefined) {
    const frames = framesOf(only);
    // the stretch around this frame; on a key frame, the stretches on both its sides
    first = frames.filter((key) => key < frame).at(-1) ?? frames[0] ?? null;
    last = frames.find((key) => key > frame) ?? frames.at(-1) ?? null;
    if (first === last) [first, last] = [frames[0] ?? null, frames.at(-1) ?? null];
  }
  const plan: RunPlan = {
    direction: "between",
    first_frame: first,
    last_frame: last,
    subjects: chosen.length === subjects.length ? null : chosen.map((subject) => subject.id),
    until_agrees: false,
  };
  const where = first === null || last === null ? "between their key frames" : `between frames ${first} and ${last}`;
  return { ok: true, plan, sentence: `Tracks ${named(chosen)} both ways ${where} and joins them where they agree.` };
};

const untilAgrees = (input: PlanInput): string => (input.untilAgrees ? ", until it agrees with what is there" : "");

/** What a run that stopped early says of it: "Stopped at frame 212: agrees with what was there". */
export const agreedSentence = (run: Pick<Run, "agreed" | "subjects">): string => {
  const frames = run.agreed.map((one) => one.frame);
  const [only] = frames;
  if (only === undefined) return "";
  if (frames.length === 1 && run.subjects.length === 1) return `Stopped at frame ${only}: agrees with what was there`;
  return `${frames.length} times stopped early, last at frame ${frames.at(-1)}: agrees with what was there`;
};

const span = (direction: Direction, frame: number, first: number | null, last: number | null): string => {
  const end = last === null ? "the end" : `frame ${last}`;
  const start = first === null ? "the start" : `frame ${first}`;
  if (direction === "forward") return `from frame ${frame} to ${end}`;
  if (direction === "backward") return `from frame ${frame} back to ${start}`;
  return `from frame ${frame} to ${start} and ${end}`;
};

const named = (subjects: readonly Subject[]): string =>
  subjects.length <= 2
    ? subjects.map((subject) => subject.name).join(" and ")
    : `${subjects.length} objects`;

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const most = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
