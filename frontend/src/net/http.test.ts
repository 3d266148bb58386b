import { expect, test } from "vitest";

import { ApiError, isUnreachable } from "./http";

test("nobody answered when there was no answer, or only a proxy's", () => {
  expect(isUnreachable(new ApiError("unreachable", "", 0))).toBe(true);
  expect(isUnreachable(new ApiError("error", "", 502))).toBe(true);
});

test("a refusal of the studio is an answer, also one for how things stand now", () => {
  expect(isUnreachable(new ApiError("no-weights", "", 503))).toBe(false);
  expect(isUnreachable(new ApiError("internal", "", 500))).toBe(false);
  expect(isUnreachable(new ApiError("bad-mask", "", 400))).toBe(false);
  expect(isUnreachable(new Error("a fault of the page"))).toBe(false);
});
