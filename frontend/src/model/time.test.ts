import { describe, expect, test } from "vitest";

import { bytes, duration, ordinal, percent, rate, timecode } from "./format";
import { frameAt, frameTable, isFrameTime, seekTime } from "./frames";
import {
  ABSENT, clearRange, columnOf, DOUBTFUL, drawnFrames, EDITED, EMPTY, emptyLane, IMPORTED, LOST, nextDoubtful, PROMPT, setFrame, stateWords,
  summary, TRACKED,
} from "./lanes";
import { frameAtX, reveal, wholeClip, xOf, zoomTimeline } from "./timeline";

describe("the frame table", () => {
  const uneven = frameTable([0, 1001, 2002, 2500, 7000], "1/30000");

  test("finds each frame at its own time, early or late by less than a millisecond", () => {
    for (let frame = 0; frame < 5; frame += 1) {
      const time = uneven.times[frame] ?? 0;
      expect(frameAt(uneven, time)).toBe(frame);
      expect(frameAt(uneven, time - 0.0005)).toBe(frame);
      expect(isFrameTime(uneven, frame, time + 0.0009)).toBe(true);
    }
  });

  test("seeks at most 5 ms into a frame and never past its middle", () => {
    for (let frame = 0; frame < 5; frame += 1) {
      const into = seekTime(uneven, frame) - (uneven.times[frame] ?? 0);
      expect(into).toBeGreaterThan(0);
      expect(into).toBeLessThanOrEqual(0.005 + 1e-9); // seconds are doubles
      expect(frameAt(uneven, seekTime(uneven, frame))).toBe(frame);
    }
  });

  test("a time base that is no fraction is refused", () => {
    expect(() => frameTable([0], "fast")).toThrow("not a fraction");
  });
});

describe("a lane", () => {
  test("knows the frames that were drawn on by hand", () => {
    const lane = emptyLane(9);
    for (const [frame, state] of [[0, EDITED], [3, TRACKED], [4, EDITED], [5, ABSENT], [8, EDITED]] as const) setFrame(lane, frame, 100, state);

    expect(drawnFrames(lane)).toEqual([0, 4, 8]);
    expect(drawnFrames(emptyLane(9))).toEqual([]);
  });

  const lane = emptyLane(100);
  setFrame(lane, 10, 100, PROMPT);
  for (let frame = 11; frame < 60; frame += 1) setFrame(lane, frame, 90, TRACKED);
  for (let frame = 30; frame < 35; frame += 1) setFrame(lane, frame, 20, TRACKED);
  for (let frame = 50; frame < 60; frame += 1) setFrame(lane, frame, 0, LOST);

  test("says where to look next: the start of each doubtful stretch", () => {
    expect(nextDoubtful([lane], 0, 1)).toBe(30);
    expect(nextDoubtful([lane], 30, 1)).toBe(50);
    expect(nextDoubtful([lane], 50, 1)).toBeNull();
    expect(nextDoubtful([lane], 55, -1)).toBe(50);
  });

  test("counts what is tracked and lost", () => {
    expect(summary(lane)).toEqual({ tracked: 50, lost: 10, score: 81 });
  });

  test("shows the worst frame of a column", () => {
    expect(columnOf(lane, 0, 5).state).toBe(EMPTY);
    expect(columnOf(lane, 28, 31)).toEqual({ state: TRACKED, score: 20, edited: false });
    expect(columnOf(lane, 45, 52)).toEqual({ state: LOST, score: 0, edited: false });
  });

  test("puts what should be looked at before what need not be, whatever the order of the frames", () => {
    const mixed = emptyLane(6);
    [ABSENT, EDITED, IMPORTED, TRACKED, DOUBTFUL, LOST].forEach((state, frame) => setFrame(mixed, frame, 90 - 10 * frame, state));

    expect([0, 1, 2, 3, 4, 5].map((last) => columnOf(mixed, 0, last).state)).toEqual([
      ABSENT, EDITED, IMPORTED, TRACKED, DOUBTFUL, LOST,
    ]);
    expect([0, 1, 2, 3, 4, 5].map((first) => columnOf(mixed, first, 5).state)).toEqual(Array(6).fill(LOST));
    expect(columnOf(mixed, 0, 4)).toEqual({ state: DOUBTFUL, score: 50, edited: true });
    expect(columnOf(mixed, 2, 4).edited).toBe(false);
  });

  test("names every state, and a doubtful frame is a place to look", () => {
    const states = [PROMPT, TRACKED, LOST, DOUBTFUL, EDITED, IMPORTED, ABSENT, EMPTY];
    const unsure = emptyLane(9);
    setFrame(unsure, 4, 80, DOUBTFUL);

    expect(new Set(states.map((state) => stateWords(state, 41))).size).toBe(states.length);
    expect(stateWords(DOUBTFUL, 41)).toBe("doubtful, score 41");
    expect(nextDoubtful([unsure], 0, 1)).toBe(4);
  });

  test("forgets a removed range and nothing else", () => {
    const copy = { states: lane.states.slice(), scores: lane.scores.slice() };
    clearRange(copy, 20, 29);
    expect([copy.states[19], copy.states[20], copy.states[29], copy.states[30]]).toEqual([TRACKED, EMPTY, EMPTY, TRACKED]);
  });
});

describe("the timeline", () => {
  test("finds the frame under each pixel of its cell", () => {
    const line = wholeClip(300, 900);
    for (const frame of [0, 1, 150, 299]) expect(frameAtX(line, xOf(line, frame) + 1)).toBe(frame);
  });

  test("keeps the frame under the pointer when it zooms, and follows the playhead", () => {
    const zoomed = zoomTimeline(wholeClip(300, 900), 450, 4);

    expect(frameAtX(zoomed, 450)).toBe(150);
    expect(zoomed.last - zoomed.first).toBeCloseTo(75);
    const shown = reveal(zoomed, 10);
    expect(shown.first).toBeLessThanOrEqual(10);
    expect(shown.last).toBeGreaterThan(10);
  });
});

test("numbers are written as a person reads them", () => {
  expect([bytes(999), bytes(4_812_345), bytes(25e9)]).toEqual(["999 B", "4.8 MB", "25.0 GB"]);
  expect([timecode(4.703), timecode(3723.5)]).toEqual(["00:04.703", "1:02:03.500"]);
  expect([duration(12), duration(3723)]).toEqual(["0:12", "1:02:03"]);
  expect([ordinal(1), ordinal(2), ordinal(11), ordinal(23)]).toEqual(["1st", "2nd", "11th", "23rd"]);
  expect([rate("30000/1001"), rate("25/1")]).toEqual(["29.97 fps", "25 fps"]);
  expect([percent(0.999), percent(1)]).toEqual(["99 %", "100 %"]);
});
