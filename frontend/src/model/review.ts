/** The review queue as the page walks it: the server ranks, the keys go through it in time. */

import type { Stretch } from "./types";

/** The stretch whose worst frame comes next after a frame (or, with -1, the last one before it), or null. */
export const nextStretch = (list: readonly Stretch[], from: number, step: 1 | -1): Stretch | null => {
  let best: Stretch | null = null;
  for (const stretch of list) {
    if ((stretch.worst - from) * step <= 0) continue;
    if (best === null || (best.worst - stretch.worst) * step > 0) best = stretch;
  }
  return best;
};

/** The stretch that a frame lies in: the selected object's before another's, the gravest before the rest. */
export const stretchAt = (list: readonly Stretch[], frame: number, selected: string | null): Stretch | null => {
  const here = list.filter((stretch) => stretch.first <= frame && frame <= stretch.last);
  return here.find((stretch) => stretch.subject_id === selected) ?? here[0] ?? null;
};

export const sameStretch = (a: Stretch, b: Stretch): boolean =>
  a.subject_id === b.subject_id && a.first === b.first && a.last === b.last;

export const framesText = ({ first, last }: Stretch): string => (first === last ? `frame ${first}` : `frames ${first} to ${last}`);
