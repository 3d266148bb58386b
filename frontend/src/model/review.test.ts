import { describe, expect, test } from "vitest";

import { agreementColumns } from "../canvas/agreement";
import { tileOf } from "./film";
import { framesText, nextStretch, sameStretch, stretchAt } from "./review";
import type { Stretch } from "./types";

const stretch = (subject: string, first: number, last: number, worst: number, weight = 0.5): Stretch => ({
  subject_id: subject, first, last, worst, reason: "score", sentence: "", weight,
});

describe("the review queue", () => {
  // as the server sends it: the gravest first, not in the order of time
  const list = [stretch("cat", 60, 70, 64, 1), stretch("dog", 10, 20, 12, 0.8), stretch("cat", 15, 30, 25, 0.6)];

  test("is walked in time, by the worst frame of each stretch", () => {
    expect(nextStretch(list, 0, 1)?.worst).toBe(12);
    expect(nextStretch(list, 12, 1)?.worst).toBe(25);
    expect(nextStretch(list, 64, 1)).toBeNull();
    expect(nextStretch(list, 64, -1)?.worst).toBe(25);
    expect(nextStretch(list, 12, -1)).toBeNull();
    expect(nextStretch([], 0, 1)).toBeNull();
  });

  test("is asked at a frame: the selected object's stretch first, else the gravest there", () => {
    expect(stretchAt(list, 18, "cat")?.first).toBe(15);
    expect(stretchAt(list, 18, null)?.first).toBe(10);
    expect(stretchAt(list, 20, "bird")?.first).toBe(10);
    expect(stretchAt(list, 40, "cat")).toBeNull();
  });

  test("knows a stretch again after the next answer, and names its frames", () => {
    expect(sameStretch(stretch("cat", 1, 2, 1), stretch("cat", 1, 2, 2, 0.9))).toBe(true);
    expect(sameStretch(stretch("cat", 1, 2, 1), stretch("dog", 1, 2, 1))).toBe(false);
    expect([framesText(stretch("cat", 4, 4, 4)), framesText(stretch("cat", 4, 9, 5))]).toEqual(["frame 4", "frames 4 to 9"]);
  });
});

test("a frame's tile is found in the sheet, also past its end", () => {
  const sheet = { columns: 4, rows: 3, tile_width: 160, tile_height: 90, count: 10 };

  expect(tileOf(sheet, 0, 100)).toEqual({ x: 0, y: 0, width: 160, height: 90 });
  expect(tileOf(sheet, 55, 100)).toEqual({ x: 160, y: 90, width: 160, height: 90 });
  expect(tileOf(sheet, 500, 100)).toEqual({ x: 160, y: 180, width: 160, height: 90 });
});

test("the curve of agreement keeps a single bad frame of a long clip", () => {
  const columns = agreementColumns([[5000, 12], [5001, 90]], 20_000, 200);

  expect(columns[50]).toBe(12);
  expect([...columns].filter((percent) => percent < 100)).toEqual([12]);
  expect([...agreementColumns([[1, 40]], 4, 8)]).toEqual([100, 100, 40, 40, 100, 100, 100, 100]);
});
