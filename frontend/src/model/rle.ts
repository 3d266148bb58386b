/**
 * COCO run-length masks: the compressed `counts` string is read to runs, column by column from the top left, and runs
 * become a cropped mask of bytes and an outline. No DOM here: the worker calls it, and tests run it in node.
 */

/** Reads COCO's compressed counts (six bits a byte from 48, each value after the second relative to two before). */
export const readCounts = (counts: Uint8Array): Uint32Array => {
  const runs = new Uint32Array(counts.length);
  let length = 0;
  for (let at = 0; at < counts.length; ) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const byte = (counts[at] ?? 48) - 48;
      value |= (byte & 0x1f) << shift;
      more = (byte & 0x20) !== 0;
      at += 1;
      shift += 5;
      if (!more && (byte & 0x10) !== 0 && shift < 32) value |= -1 << shift;
    }
    if (length > 2) value += runs[length - 2] ?? 0;
    runs[length] = value;
    length += 1;
  }
  return runs.subarray(0, length);
};

/** A mask cut to the pixels it covers. `inside` is row-major, one byte a pixel, 0 or 1. */
export type Crop = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly area: number;
  readonly inside: Uint8Array;
};

/** Cuts the mask that the runs describe to its bounds; null when it is empty. */
export const cropOf = (runs: Uint32Array, frameHeight: number): Crop | null => {
  let [left, right, top, bottom, area, at] = [Infinity, -1, frameHeight, -1, 0, 0];
  for (let index = 0; index < runs.length; index += 1) {
    const length = runs[index] ?? 0;
    if (index % 2 === 1 && length > 0) {
      const end = at + length - 1;
      const [firstColumn, lastColumn] = [Math.floor(at / frameHeight), Math.floor(end / frameHeight)];
      left = Math.min(left, firstColumn);
      right = Math.max(right, lastColumn);
      const wraps = firstColumn !== lastColumn;
      top = wraps ? 0 : Math.min(top, at % frameHeight);
      bottom = wraps ? frameHeight - 1 : Math.max(bottom, end % frameHeight);
      area += length;
    }
    at += length;
  }
  if (right < 0) return null;
  const [width, height] = [right - left + 1, bottom - top + 1];
  const inside = new Uint8Array(width * height);
  at = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const length = runs[index] ?? 0;
    if (index % 2 === 1) {
      for (let pixel = at; pixel < at + length; pixel += 1) {
        const column = Math.floor(pixel / frameHeight);
        inside[(pixel - column * frameHeight - top) * width + column - left] = 1;
      }
    }
    at += length;
  }
  return { x: left, y: top, width, height, area, inside };
};

/** Takes every `step`-th pixel of every `step`-th row: large frames are shown smaller than they are. */
export const thinned = (crop: Crop, step: number): Crop => {
  if (step <= 1) return crop;
  const width = Math.ceil(crop.width / step);
  const height = Math.ceil(crop.height / step);
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) inside[y * width + x] = crop.inside[y * step * crop.width + x * step] ?? 0;
  return { ...crop, width, height, inside };
};

/**
 * The outline of a crop as closed rings, in pixels of the crop: [count, x, y, x, y, ..., count, x, y, ...].
 * The rings run between pixel centres (marching squares), so that a slope is a slope and not a stair.
 */
export const outlineOf = (crop: Crop): Float32Array<ArrayBuffer> => {
  const { width, height, inside } = crop;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (inside[y * width + x] ?? 0);
  // A node is the middle between two neighbouring pixel centres, numbered on a grid of half pixels.
  const pitch = 2 * width + 4;
  const node = (x2: number, y2: number): number => (y2 + 2) * pitch + x2 + 2;
  const next = new Map<number, number>();
  for (let y = -1; y < height; y += 1) {
    for (let x = -1; x < width; x += 1) {
      const kind = at(x, y) | (at(x + 1, y) << 1) | (at(x + 1, y + 1) << 2) | (at(x, y + 1) << 3);
      if (kind === 0 || kind === 15) continue;
      const up = node(2 * x + 1, 2 * y);
      const right = node(2 * x + 2, 2 * y + 1);
      const down = node(2 * x + 1, 2 * y + 2);
      const left = node(2 * x, 2 * y + 1);
      const ends = [up, right, down, left];
      const sides = SEGMENTS[kind] ?? [];
      for (let side = 0; side < sides.length; side += 2) next.set(ends[sides[side] ?? 0] ?? 0, ends[sides[side + 1] ?? 0] ?? 0);
    }
  }
  return rings(next, pitch);
};

/** For each of the 16 cells: from side, to side, ...; 0 up, 1 right, 2 down, 3 left, with the inside on the right hand. */
const SEGMENTS: readonly (readonly number[])[] = [
  [], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2],
  [2, 3], [2, 0], [0, 1, 2, 3], [2, 1], [1, 3], [1, 0], [0, 3], [],
];

/** Follows the segments to closed rings and leaves out points on a straight line. */
const rings = (next: Map<number, number>, pitch: number): Float32Array<ArrayBuffer> => {
  const numbers: number[] = [];
  for (const start of [...next.keys()]) {
    let here: number | undefined = start;
    const ring: number[] = [];
    while (here !== undefined && next.has(here)) {
      const after: number | undefined = next.get(here);
      next.delete(here);
      const [x, y] = [((here % pitch) - 2) / 2 + 0.5, (Math.floor(here / pitch) - 2) / 2 + 0.5];
      const size = ring.length;
      const straight =
        size >= 4 &&
        ((ring[size - 2] ?? 0) - (ring[size - 4] ?? 0)) * (y - (ring[size - 1] ?? 0)) ===
          ((ring[size - 1] ?? 0) - (ring[size - 3] ?? 0)) * (x - (ring[size - 2] ?? 0));
      if (straight) ring.splice(size - 2, 2);
      ring.push(x, y);
      here = after;
    }
    if (ring.length >= 4) numbers.push(ring.length / 2, ...ring);
  }
  return Float32Array.from(numbers);
};

/** Whether a mask covers a pixel, read from the runs without making the mask. */
export const covers = (runs: Uint32Array, frameHeight: number, x: number, y: number): boolean => {
  const target = Math.floor(x) * frameHeight + Math.floor(y);
  let at = 0;
  for (let index = 0; index < runs.length; index += 1) {
    at += runs[index] ?? 0;
    if (target < at) return index % 2 === 1;
  }
  return false;
};
