import { expect, test } from "vitest";

import { maskFrom, type Bitmask } from "../model/paint";
import { inkColor, inkPixels, regionOf } from "./ink";

const INK = { fill: 1, edge: 2, reach: 1 };

/** A block of 4 x 3 pixels at 10, 20 of a frame. */
const block = (): Bitmask => maskFrom({ x: 10, y: 20, width: 4, height: 3, area: 12, inside: new Uint8Array(12).fill(1) }, 64, 48);

test("a colour is written as an ImageData has it in memory", () => {
  const bytes = new Uint8Array(Uint32Array.of(inkColor([1, 2, 3], 0.5)).buffer);

  expect([...bytes]).toEqual([1, 2, 3, 128]);
});

test("a mask is filled and has an edge on both sides of its outline", () => {
  const lay = { left: 0, top: 0, across: 4, down: 4 };
  const region = regionOf(block(), lay, INK.reach, 400, 400);
  const out = new Uint32Array(region.width * region.height);

  inkPixels(block(), lay, region, INK, out);

  const at = (x: number, y: number): number | undefined => out[(y - region.y) * region.width + x - region.x];
  expect([at(38, 86), at(39, 86), at(40, 86), at(41, 86)]).toEqual([0, 2, 2, 1]);
  expect([at(54, 86), at(55, 86), at(56, 86), at(57, 86)]).toEqual([1, 2, 2, 0]);
  expect([at(48, 79), at(48, 80), at(48, 81), at(48, 91), at(48, 92)]).toEqual([2, 2, 1, 2, 2]);
});

test("a region looks the same whether it is drawn alone or as part of the whole", () => {
  const lay = { left: 3.4, top: -7.7, across: 2.3, down: 1.7 };
  const whole = { x: 0, y: 0, width: 80, height: 60 };
  const part = { x: 25, y: 28, width: 11, height: 9 };
  const [all, some] = [new Uint32Array(whole.width * whole.height), new Uint32Array(part.width * part.height)];

  inkPixels(block(), lay, whole, INK, all);
  inkPixels(block(), lay, part, INK, some);

  const cut = Array.from({ length: part.height }, (_, y) => [...all.subarray((part.y + y) * 80 + part.x, (part.y + y) * 80 + part.x + part.width)]);
  expect([...some]).toEqual(cut.flat());
  expect(new Set(some).size).toBeGreaterThan(1);
});

test("a region ends where the canvas does", () => {
  expect(regionOf({ x: 0, y: 0, width: 64, height: 48 }, { left: -20, top: 5, across: 1, down: 1 }, 1, 30, 40)).toEqual({ x: 0, y: 3, width: 30, height: 37 });
});
