import { expect, test } from "vitest";

import { nextRedo, nextUndo, withStanding, withStep } from "./history";
import type { Step } from "./types";

const step = (ordinal: number, undone = false): Step => ({
  ordinal,
  title: `step ${ordinal}`,
  kind: "box",
  person: "ann",
  subject_id: null,
  frame: null,
  job_id: null,
  created: "2026-01-01T00:00:00Z",
  undone,
});
const ordinals = (steps: readonly Step[]): number[] => steps.map((item) => item.ordinal);

test("undo and redo meet where the line changes", () => {
  const steps = [step(1), step(4), step(6, true), step(9, true)];

  expect(nextUndo(steps)?.ordinal).toBe(4);
  expect(nextRedo(steps)?.ordinal).toBe(6);
  expect(nextUndo([])).toBeNull();
  expect(nextRedo([step(1)])).toBeNull();
});

test("a new step ends those that were undone, and comes in once however often it is told", () => {
  const steps = withStep([step(1), step(4), step(6, true), step(9, true)], step(12), 4);

  expect(ordinals(steps)).toEqual([1, 4, 12]);
  expect(withStep(steps, step(12), 4)).toEqual(steps);
});

test("a step that is told late takes its place, and leaves the later ones", () => {
  expect(ordinals(withStep([step(1), step(12)], step(4), 1))).toEqual([1, 4, 12]);
});

test("what undo did shows in the list at once", () => {
  const steps = withStanding([step(1), step(4)], [step(4, true)]);

  expect(nextUndo(steps)?.ordinal).toBe(1);
  expect(nextRedo(steps)?.ordinal).toBe(4);
});
