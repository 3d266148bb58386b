import { expect, test } from "vitest";

import { distances } from "./distance";

const brute = (inside: Uint8Array, width: number, height: number): number[] =>
  [...inside].map((here, at) => {
    if (here === 0) return 0;
    let nearest = Infinity;
    for (let other = 0; other < width * height; other += 1)
      if (inside[other] === 0)
        nearest = Math.min(nearest, Math.hypot((at % width) - (other % width), Math.floor(at / width) - Math.floor(other / width)));
    return nearest;
  });

test("every pixel of a mask has its distance to the nearest pixel outside", () => {
  const [width, height] = [23, 17];
  const inside = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return (x - 8) ** 2 + (y - 8) ** 2 < 60 || (x > 15 && y > 4 && (x * y) % 5 !== 0) ? 1 : 0;
  });

  const found = distances(inside, width, height);

  brute(inside, width, height).forEach((wanted, at) => expect(found[at]).toBeCloseTo(wanted, 4));
});

test("a mask without an edge is far from everything", () => {
  expect([...distances(Uint8Array.from([1, 1, 1, 1]), 2, 2)]).toEqual([Infinity, Infinity, Infinity, Infinity]);
});
