import { describe, expect, test } from "vitest";

import { boxAround, boxBetween, dragGrip, gripAt, insideCorners, moveBox, sizeBox } from "./box";
import { boxOf, screenPoint, screenSize, videoPoint, videoSize } from "./units";
import { fitView, panBy, pinched, toScreen, toVideo, zoomAt } from "./view";

const FRAME = videoSize(1280, 720);
const STAGE = screenSize(976, 700);

describe("the view", () => {
  test("fits the whole picture in the stage, in the middle", () => {
    const view = fitView(STAGE, FRAME);

    expect(view.scale).toBeCloseTo(0.75);
    expect(view.left).toBeCloseTo(8);
    expect(view.top).toBeCloseTo(80);
  });

  test("goes to the screen and back without loss", () => {
    const view = fitView(STAGE, FRAME);

    const back = toVideo(view, toScreen(view, videoPoint(417.25, 88.5)));

    expect(back.x).toBeCloseTo(417.25);
    expect(back.y).toBeCloseTo(88.5);
  });

  test("keeps what is under the pointer when it zooms", () => {
    const view = fitView(STAGE, FRAME);
    const at = screenPoint(500, 300);

    const zoomed = zoomAt(view, at, 3, STAGE, FRAME);

    expect(toVideo(zoomed, at).x).toBeCloseTo(toVideo(view, at).x);
    expect(toVideo(zoomed, at).y).toBeCloseTo(toVideo(view, at).y);
  });

  test("two fingers zoom by their spread about the middle of them", () => {
    const view = fitView(STAGE, FRAME);
    const [other, before, at] = [screenPoint(400, 300), screenPoint(500, 300), screenPoint(600, 300)];

    const zoomed = pinched(view, other, before, at, STAGE, FRAME);

    expect(zoomed.scale / view.scale).toBeCloseTo(2);
    const was = toVideo(view, screenPoint(450, 300));
    expect(toScreen(zoomed, was).x).toBeCloseTo(500);
    expect(toScreen(zoomed, was).y).toBeCloseTo(300);
  });

  test("never lets the picture be pushed out of sight", () => {
    const view = panBy(fitView(STAGE, FRAME), 1e6, -1e6, STAGE, FRAME);

    expect(view.left).toBeLessThan(STAGE.width);
    expect(view.top + FRAME.height * view.scale).toBeGreaterThan(0);
  });
});

describe("a box", () => {
  test("is made by a drag in any direction and cut to the frame", () => {
    expect(boxBetween(videoPoint(300, 200), videoPoint(-50, 90.4), FRAME)).toEqual([0, 90, 300, 110]);
  });

  test("too small to be meant is no box", () => {
    expect(boxBetween(videoPoint(10, 10), videoPoint(12, 300), FRAME)).toBeNull();
  });

  test("is held by its corner, its edge or its inside", () => {
    const view = { ...fitView(STAGE, FRAME), scale: 1 };
    const box = boxOf(100, 100, 200, 100);
    const at = (x: number, y: number) => gripAt(box, view, toScreen(view, videoPoint(x, y)), 9);

    expect(at(303, 98)).toBe("ne");
    expect(at(200, 204)).toBe("s");
    expect(at(170, 150)).toBe("inside");
    expect(at(20, 20)).toBeNull();
  });

  test("pulled past its opposite side turns over", () => {
    expect(dragGrip(boxOf(100, 100, 50, 50), "e", -90, 0, FRAME)).toEqual([60, 100, 40, 50]);
  });

  test("stops at the edge of the frame when it is moved or sized", () => {
    expect(moveBox(boxOf(1200, 10, 60, 60), 500, -500, FRAME)).toEqual([1220, 0, 60, 60]);
    expect(sizeBox(boxOf(1200, 10, 60, 60), 500, -500, FRAME)).toEqual([1200, 10, 80, 4]);
  });

  test("around a rotated box holds its four corners", () => {
    const corners = [100, 50, 150, 100, 100, 150, 50, 100];

    expect(boxAround(corners, FRAME)).toEqual([50, 50, 100, 100]);
    expect(insideCorners(corners, videoPoint(100, 100))).toBe(true);
    expect(insideCorners(corners, videoPoint(60, 60))).toBe(false);
  });
});
