import { expect, test } from "vitest";

import { backOff } from "./socket";

test("a lost connection is tried again ever later, up to fifteen seconds, not all pages at once", () => {
  expect(backOff(0, 0)).toBe(250);
  expect(backOff(0, 1)).toBe(500);
  expect(backOff(3, 1)).toBe(4000);
  expect(backOff(40, 1)).toBe(15_000);
});
