/** What a person uses of what they may use, and the clips that go because nobody opened them. */

import type { Video } from "./types";

/** How full a meter is, from 0 to 1; one that may hold nothing is full. */
export const filled = (used: number, most: number): number => (most <= 0 ? 1 : Math.min(Math.max(used / most, 0), 1));

/** "3 December", in the person's own time and words. */
export const dayOf = (moment: string, locale?: string): string =>
  new Date(moment).toLocaleDateString(locale, { day: "numeric", month: "long" });

/** Those that go, the first first. */
export const going = (videos: readonly Video[]): readonly Video[] =>
  videos.filter((video) => video.goes_at !== null).sort((a, b) => (a.goes_at ?? "").localeCompare(b.goes_at ?? ""));

/** What the notice says of them. */
export const goingSentence = (videos: readonly Video[], locale?: string): string => {
  const [first] = videos;
  if (first?.goes_at == null) return "";
  const day = dayOf(first.goes_at, locale);
  return videos.length === 1
    ? `${first.title} goes on ${day}, as nobody has opened it for long.`
    : `${videos.length} clips go, as nobody has opened them for long: the first, ${first.title}, on ${day}.`;
};
