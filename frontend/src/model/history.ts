/** The clip's history as the server keeps it: a line of steps, those that are undone at its end. */

import type { Step } from "./types";

const MOST_HELD = 200;

/** Takes in a step that is new, undone or redone. `after` is the one before it: what lay between the two is gone. */
export const withStep = (steps: readonly Step[], step: Step, after: number): readonly Step[] =>
  [...steps.filter(({ ordinal }) => ordinal <= after || ordinal > step.ordinal), step]
    .sort((a, b) => a.ordinal - b.ordinal)
    .slice(-MOST_HELD);

/** Takes in how known steps stand now, as the answer to undo and redo has them. */
export const withStanding = (steps: readonly Step[], moved: readonly Step[]): readonly Step[] => {
  const now = new Map(moved.map((step) => [step.ordinal, step]));
  return steps.map((step) => now.get(step.ordinal) ?? step);
};

/** What undo would take back, or null. */
export const nextUndo = (steps: readonly Step[]): Step | null => steps.findLast((step) => !step.undone) ?? null;

/** What redo would bring again, or null. */
export const nextRedo = (steps: readonly Step[]): Step | null => steps.find((step) => step.undone) ?? null;
