/** One history for a clip: what was done, how to undo it, how to do it again. */

export type Deed = {
  /** What was done, for the tooltip: "move box". */
  readonly label: string;
  readonly undo: () => Promise<void>;
  readonly redo: () => Promise<void>;
};

export type History = { readonly done: readonly Deed[]; readonly undone: readonly Deed[] };

const LONGEST = 200;

export const noHistory: History = { done: [], undone: [] };

/** Adds a deed; what was undone before can no longer be redone. */
export const remember = (history: History, deed: Deed): History => ({
  done: [...history.done, deed].slice(-LONGEST),
  undone: [],
});

/** Moves the last deed to the undone ones. */
export const stepBack = (history: History): readonly [History, Deed | null] => {
  const deed = history.done.at(-1);
  if (deed === undefined) return [history, null];
  return [{ done: history.done.slice(0, -1), undone: [...history.undone, deed] }, deed];
};

export const stepForward = (history: History): readonly [History, Deed | null] => {
  const deed = history.undone.at(-1);
  if (deed === undefined) return [history, null];
  return [{ done: [...history.done, deed], undone: history.undone.slice(0, -1) }, deed];
};
