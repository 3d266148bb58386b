import { expect, test } from "vitest";

import { covers, cropOf, outlineOf, readCounts, thinned } from "./rle";

/** pycocotools.mask.encode of a 5 x 7 (height x width) mask whose rows 1 to 3 of columns 2 to 4 are set. */
const SQUARE = new TextEncoder().encode(";320009");
const BLOB_COUNTS = 
  "SPZ<>Pf05K5K4M3M3M3N2M2N3N1N2O2M2O1O2M2O1O1N2O1O1O1O1O1O1N2O001O1O1O1O1O1O1O00100O1O1O001O1O00100O001O1O10O01O1O1O010O001O10O01O010O0010O01O010O0010O01O010O010O0010O0UO_\\OhNac0V1a\\OiN_c0V1c\\OjN]c0T1e\\OkN[c0T1g\\OkNZc0T1f\\OmNYc0R1i\\OmNXc0Q1j\\OoNUc0Q1k\\OoNVc0P1j\\OPOVc0o0l\\OQOTc0n0l\\OROTc0n0l\\OROUc0m0k\\OTOTc0k0n\\OTOSc0k0m\\OUOSc0k0m\\OVOSc0i0m\\OWOSc0i0m\\OWOTc0h0l\\OYOSc0g0m\\OYOTc0f0l\\OZOTc0f0l\\O[OTc0d0l\\O\\OUc0c0k\\O]OUc0c0k\\O]OVc0b0j\\O_OUc0b0i\\O_OXc0`0h\\O@Yc0?g\\OAYc0?g\\OBYc0>e\\OC\\c0<d\\OD\\c0<d\\OD]c0<a\\OE`c0:`\\OFac0:]\\OHcc08[\\OIec08Y\\OIhc07V\\OJkc06S\\OKmc0\\11O1O100O1O001O1O1O1O1O001O1N2O2N1O001O1O1O1N2O1O2M2O1N2O2M2O2M2N3M3N2M3M3L5K5KZgX<";
const BLOB_AREA = 10810;

const square = readCounts(SQUARE);

test("reads COCO's counts to runs from the top of the first column", () => {
  expect([...square]).toEqual([11, 3, 2, 3, 2, 3, 11]);
});

test("cuts a mask to the pixels it covers", () => {
  const crop = cropOf(square, 5);

  expect(crop).toMatchObject({ x: 2, y: 1, width: 3, height: 3, area: 9 });
  expect(crop?.inside.every((pixel) => pixel === 1)).toBe(true);
});

test("agrees with pycocotools on the area of a 720p blob", () => {
  expect(cropOf(readCounts(new TextEncoder().encode(BLOB_COUNTS)), 720)?.area).toBe(BLOB_AREA);
});

test("an empty mask has no crop", () => {
  expect(cropOf(new Uint32Array([35]), 5)).toBeNull();
});

test("knows the pixels that are covered", () => {
  expect(covers(square, 5, 2, 1)).toBe(true);
  expect(covers(square, 5, 4.9, 3.9)).toBe(true);
  expect(covers(square, 5, 5, 3)).toBe(false);
  expect(covers(square, 5, 2, 0)).toBe(false);
});

test("outlines a square as one closed ring on the edges of its pixels, corners cut", () => {
  const crop = cropOf(square, 5);
  const ring = crop === null ? [] : [...outlineOf(crop)];

  expect(ring[0]).toBe((ring.length - 1) / 2);
  const [xs, ys] = [ring.slice(1).filter((_, i) => i % 2 === 0), ring.slice(1).filter((_, i) => i % 2 === 1)];
  expect([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]).toEqual([0, 3, 0, 3]);
});

test("outlines a hole as a second ring", () => {
  const inside = new Uint8Array(25).fill(1);
  inside[12] = 0;

  const numbers = outlineOf({ x: 0, y: 0, width: 5, height: 5, area: 24, inside });

  let rings = 0;
  for (let at = 0; at < numbers.length; at += 1 + 2 * (numbers[at] ?? 0)) rings += 1;
  expect(rings).toBe(2);
});

test("thins a large crop without losing its place", () => {
  const crop = { x: 4, y: 6, width: 100, height: 50, area: 5000, inside: new Uint8Array(5000).fill(1) };

  expect(thinned(crop, 4)).toMatchObject({ x: 4, y: 6, width: 25, height: 13 });
});
