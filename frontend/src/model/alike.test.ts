import { expect, test } from "vitest";

import { alike, steady } from "./alike";

class Bitmap {}

test("what says the same is alike, however deep", () => {
  expect(alike({ box: [1, 2], name: "a", none: null }, { box: [1, 2], name: "a", none: null })).toBe(true);
  expect(alike([{ x: 1 }, { x: NaN }], [{ x: 1 }, { x: NaN }])).toBe(true);
});

test("a value, a key or a length that differs is told", () => {
  expect(alike({ a: 1 }, { a: 2 })).toBe(false);
  expect(alike({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(alike({ a: undefined }, { b: undefined })).toBe(false);
  expect(alike([1, 2], [1])).toBe(false);
  expect(alike(null, {})).toBe(false);
});

test("a bitmap is like itself only", () => {
  const bitmap = new Bitmap();
  expect(alike({ bitmap }, { bitmap })).toBe(true);
  expect(alike({ bitmap }, { bitmap: new Bitmap() })).toBe(false);
});

test("what is steady is the same thing until it says something else", () => {
  const view = steady<{ left: number }>();
  const first = view({ left: 1 });

  expect(view({ left: 1 })).toBe(first);
  expect(view({ left: 2 })).toEqual({ left: 2 });
});
