import { describe, expect, test } from "vitest";

import { copyOf, emptyMask, isSet, maskFrom, nextSize, paintLine, paintPolygon, type Bitmask } from "./paint";
import { cropOf, readCounts } from "./rle";
import { runsOf, writeCounts } from "./rlewrite";
import { videoPoint } from "./units";

const [W, H] = [64, 48];

const pixels = (mask: Bitmask): [number, number][] => {
  const found: [number, number][] = [];
  for (let y = 0; y < mask.frameHeight; y += 1) for (let x = 0; x < mask.frameWidth; x += 1) if (isSet(mask, x, y)) found.push([x, y]);
  return found;
};
const where = (inside: (x: number, y: number) => boolean): [number, number][] => {
  const found: [number, number][] = [];
  for (let y = 0; y < H; y += 1) for (let x = 0; x < W; x += 1) if (inside(x, y)) found.push([x, y]);
  return found;
};
/** The whole frame as one crop. */
const frameOf = (inside: (x: number, y: number) => boolean): Bitmask => {
  const bytes = new Uint8Array(W * H);
  for (const [x, y] of where(inside)) bytes[y * W + x] = 1;
  return { x: 0, y: 0, width: W, height: H, frameWidth: W, frameHeight: H, inside: bytes };
};
/** The same mask as the smallest crop. */
const cropped = (mask: Bitmask): Bitmask => maskFrom(cropOf(Uint32Array.from(runsOf(mask)), H), W, H);

/** How far a pixel's centre is from the line between two points. */
const distance = (x: number, y: number, a: [number, number], b: [number, number]): number => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const share = Math.min(Math.max(((x + 0.5 - a[0]) * dx + (y + 0.5 - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x + 0.5 - a[0] - share * dx, y + 0.5 - a[1] - share * dy);
};

describe("a brush", () => {
  test("sets the pixels whose centres it passes over, and no others", () => {
    for (const [a, b, size] of [
      [[30.25, 20.5], [30.25, 20.5], 25],
      [[10, 10], [50, 33], 8],
      [[50.5, 40], [12, 41], 5],
      [[20, 44], [20, 3], 3],
    ] as [[number, number], [number, number], number][]) {
      const { mask } = paintLine(emptyMask(W, H), videoPoint(...a), videoPoint(...b), size, false);

      expect(pixels(mask)).toEqual(where((x, y) => distance(x, y, a, b) <= size / 2));
    }
  });

  test("of one pixel draws the pixel it is in, and a line without gaps", () => {
    expect(pixels(paintLine(emptyMask(W, H), videoPoint(7.9, 8.1), videoPoint(7.9, 8.1), 1, false).mask)).toEqual([[7, 8]]);
    const line = pixels(paintLine(emptyMask(W, H), videoPoint(2, 3), videoPoint(40, 21), 1, false).mask);

    expect(new Set(line.map(([x]) => x)).size).toBe(39);
    for (const [x, y] of line) expect(x === 40 || line.some(([u, v]) => u === x + 1 && Math.abs(v - y) <= 1)).toBe(true);
  });

  test("stops at the edge of the frame and beyond it does nothing", () => {
    const { mask } = paintLine(emptyMask(W, H), videoPoint(-3, -3), videoPoint(-3, 60), 20, false);
    const outside = paintLine(emptyMask(W, H), videoPoint(-90, -90), videoPoint(-50, -50), 20, false);

    expect(pixels(mask)).toEqual(where((x, y) => distance(x, y, [-3, -3], [-3, 60]) <= 10));
    expect(outside.dirty).toMatchObject({ width: 0, height: 0 });
    expect(pixels(outside.mask)).toEqual([]);
  });

  test("erases what it passes over and leaves the rest", () => {
    const all = frameOf(() => true);

    const { mask } = paintLine(all, videoPoint(20, 20), videoPoint(40, 20), 10, true);

    expect(pixels(mask)).toEqual(where((x, y) => distance(x, y, [20, 20], [40, 20]) > 5));
  });

  test("says which pixels to draw again: all that changed lie in them", () => {
    const before = frameOf((x) => x < 20);
    const kept = copyOf(before);

    const { mask, dirty } = paintLine(before, videoPoint(15, 9), videoPoint(30, 18), 7, false);

    const inDirty = (x: number, y: number) => x >= dirty.x && y >= dirty.y && x < dirty.x + dirty.width && y < dirty.y + dirty.height;
    expect(where((x, y) => isSet(mask, x, y) !== isSet(kept, x, y)).every(([x, y]) => inDirty(x, y))).toBe(true);
    expect(dirty.width * dirty.height).toBeLessThan(500);
  });

  test("keeps what was there when the crop grows, and the crop it began with", () => {
    const crop = cropOf(Uint32Array.from(runsOf(frameOf((x, y) => x > 50 && y > 40))), H);
    const began = maskFrom(crop, W, H);

    const { mask } = paintLine(began, videoPoint(5, 5), videoPoint(5, 5), 4, false);

    expect(pixels(mask)).toEqual(where((x, y) => (x > 50 && y > 40) || distance(x, y, [5, 5], [5, 5]) <= 2));
    expect(crop?.area).toBe(13 * 7);
  });

  test("has sizes that go up, down and no further than the ends", () => {
    expect([nextSize(20, 1), nextSize(20, -1), nextSize(1, -1), nextSize(400, 1), nextSize(17, 1)]).toEqual([25, 16, 1, 400, 20]);
  });
});

describe("a polygon", () => {
  const square = [videoPoint(10, 10), videoPoint(30, 10), videoPoint(30, 25), videoPoint(10, 25)];

  test("covers the pixels whose centres are inside", () => {
    expect(pixels(paintPolygon(emptyMask(W, H), square, false).mask)).toEqual(where((x, y) => x >= 10 && x < 30 && y >= 10 && y < 25));
  });

  test("that crosses itself has a hole where it is covered twice", () => {
    const twice = [...square, videoPoint(10, 10), videoPoint(15, 15), videoPoint(25, 15), videoPoint(25, 20), videoPoint(15, 20), videoPoint(15, 15)];

    const { mask } = paintPolygon(emptyMask(W, H), twice, false);

    expect([isSet(mask, 12, 12), isSet(mask, 20, 17), isSet(mask, 28, 23)]).toEqual([true, false, true]);
  });

  test("takes away as well", () => {
    const { mask } = paintPolygon(frameOf(() => true), square, true);

    expect(pixels(mask)).toEqual(where((x, y) => !(x >= 10 && x < 30 && y >= 10 && y < 25)));
  });

  test("of two corners is none", () => {
    expect(pixels(paintPolygon(emptyMask(W, H), square.slice(0, 2), false).mask)).toEqual([]);
  });
});

describe("run lengths", () => {
  /** What pycocotools.mask.encode makes of the same pixels. */
  const WRITTEN: [string, (x: number, y: number) => boolean, string][] = [
    ["nothing", () => false, "PP3"],
    ["all", () => true, "0PP3"],
    ["first pixel", (x, y) => x === 0 && y === 0, "01oo2"],
    ["last pixel", (x, y) => x === W - 1 && y === H - 1, "oo21"],
    ["columns", (x) => x >= 10 && x < 20, "P?P?PR2"],
    ["columns to the edge", (x) => x >= 50, "P[2Pe0"],
    ["corner", (x, y) => x >= 60 && y >= 40, "Xk28X100000"],
    ["top", (x, y) => y < 9 && x >= 3 && x < 30, "`49W1000000000000000000000000000000000000000000000000000Pc1"],
    ["disc", (x, y) => (x + 0.5 - 30.25) ** 2 + (y + 0.5 - 20.5) ** 2 <= 12.5 ** 2, "`k09U14M2N2N2N2N2O000O2O000000000001N101N101N2N2N3L5JQo0"],
  ];

  test.each(WRITTEN)("of %s are pycocotools' own bytes, from the frame and from a crop", (_, inside, counts) => {
    const frame = frameOf(inside);

    expect(new TextDecoder().decode(writeCounts(runsOf(frame)))).toBe(counts);
    expect(new TextDecoder().decode(writeCounts(runsOf(cropped(frame))))).toBe(counts);
  });

  test("of a mask full of holes are read back pixel for pixel", () => {
    const noise = frameOf((x, y) => (x * 7 + y * 13) % 5 < 2);

    const read = maskFrom(cropOf(readCounts(writeCounts(runsOf(noise))), H), W, H);

    expect(pixels(read)).toEqual(pixels(noise));
    expect(writeCounts(runsOf(noise)).length).toBe(2433);
  });
});
