import { describe, expect, it } from "vitest";

import type { Video } from "./types";
import { filled, going, goingSentence } from "./usage";

const clip = (title: string, goes_at: string | null): Video => ({ id: title, title, goes_at }) as Video;

describe("clips that go", () => {
  const clips = [clip("b", "2026-12-09T10:00:00Z"), clip("stays", null), clip("a", "2026-12-03T10:00:00Z")];

  it("are those with a day, the first first", () => {
    expect(going(clips).map((one) => one.title)).toEqual(["a", "b"]);
  });

  it("are told with the day of the first", () => {
    expect(goingSentence(going(clips), "en-GB")).toBe(
      "2 clips go, as nobody has opened them for long: the first, a, on 3 December.",
    );
    expect(goingSentence(going(clips.slice(0, 2)), "en-GB")).toBe("b goes on 9 December, as nobody has opened it for long.");
    expect(goingSentence([])).toBe("");
  });
});

describe("a meter", () => {
  it("is as full as what is used of what may be", () => {
    expect(filled(1, 4)).toBe(0.25);
    expect(filled(9, 4)).toBe(1);
    expect(filled(0, 0)).toBe(1);
  });
});
