import { expect, test } from "vitest";

import { PendingMasks } from "./pending";
import type { Item } from "./types";

const mask = (revision: number, frame = 7): Item => ({
  kind: "mask", subject: "cat", frame, counts: new Uint8Array(), score: 1, box: [], state: 1, revision,
});
const removed = (first: number, last: number): Item => ({ kind: "masks_removed", subject: "cat", first, last });

const writing = (): PendingMasks => {
  const pending = new PendingMasks();
  pending.begin("cat", 7);
  return pending;
};

test("what is not being written passes", () => {
  const items = [mask(3, 8), removed(0, 6), removed(8, 9)];

  expect(writing().sift(items, 3)).toEqual(items);
  expect(new PendingMasks().sift([mask(3)], 3)).toEqual([mask(3)]);
});

test("an older mask, and the page's own echo, are never applied over what was drawn", () => {
  const pending = writing();

  expect(pending.sift([mask(4), mask(5)], 5)).toEqual([]);
  expect(pending.end("cat", 7, 5)).toEqual([]);
  expect(pending.sift([mask(6)], 6)).toEqual([mask(6)]);
});

test("what somebody else drew after it is applied when the write is answered", () => {
  const pending = writing();

  pending.sift([mask(6)], 6);

  expect(pending.end("cat", 7, 5)).toEqual([mask(6)]);
});

test("a removal is cut around the frame and waits for it", () => {
  const pending = writing();

  expect(pending.sift([removed(3, 9)], 6)).toEqual([removed(3, 6), removed(8, 9)]);
  expect(pending.end("cat", 7, 5)).toEqual([removed(7, 7)]);
});

test("a removal before the write is not applied after it, whether or not its echo was heard", () => {
  const [unheard, heard] = [writing(), writing()];

  unheard.sift([removed(7, 7)], 4);
  heard.sift([removed(7, 7), mask(5)], 5);

  expect(unheard.end("cat", 7, 5)).toEqual([]);
  expect(heard.end("cat", 7, 5)).toEqual([]);
});

test("a second stroke on the same mask keeps the first one's echo away", () => {
  const pending = writing();
  pending.begin("cat", 7);

  expect(pending.end("cat", 7, 5)).toEqual([]);
  expect(pending.sift([mask(5)], 5)).toEqual([]);
  expect(pending.end("cat", 7, 6)).toEqual([]);
});

test("after a refusal all that was held back counts", () => {
  const pending = writing();
  pending.sift([mask(4)], 4);

  expect(pending.end("cat", 7, null)).toEqual([mask(4)]);
});
