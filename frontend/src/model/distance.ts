/**
 * How far each pixel of a mask is from the nearest pixel outside it, in pixels, 0 outside; exact.
 * Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012: columns, then rows.
 */
export const distances = (inside: Uint8Array, width: number, height: number): Float32Array => {
  const squares = new Float64Array(width * height);
  const longest = Math.max(width, height);
  const line = new Float64Array(longest);
  const apex = new Int32Array(longest);
  const bound = new Float64Array(longest + 1);
  for (let at = 0; at < squares.length; at += 1) squares[at] = inside[at] === 1 ? FAR : 0;
  for (let x = 0; x < width; x += 1) lower(squares, x, width, height, line, apex, bound);
  for (let y = 0; y < height; y += 1) lower(squares, y * width, 1, width, line, apex, bound);
  return Float32Array.from(squares, (square) => (square >= FAR ? Infinity : Math.sqrt(square)));
};

const FAR = 1e12;

/** In place: the lower envelope of the parabolas that stand on one line of values. */
const lower = (
  values: Float64Array, start: number, step: number, count: number, line: Float64Array, apex: Int32Array, bound: Float64Array,
): void => {
  for (let at = 0; at < count; at += 1) line[at] = values[start + at * step] ?? 0;
  let last = 0;
  apex[0] = 0;
  bound[0] = -Infinity;
  bound[1] = Infinity;
  for (let at = 1; at < count; at += 1) {
    let cut = crossing(line, apex[last] ?? 0, at);
    while (cut <= (bound[last] ?? 0)) {
      last -= 1;
      cut = crossing(line, apex[last] ?? 0, at);
    }
    last += 1;
    apex[last] = at;
    bound[last] = cut;
    bound[last + 1] = Infinity;
  }
  last = 0;
  for (let at = 0; at < count; at += 1) {
    while ((bound[last + 1] ?? 0) < at) last += 1;
    const from = apex[last] ?? 0;
    values[start + at * step] = Math.min(FAR, (at - from) ** 2 + (line[from] ?? 0));
  }
};

const crossing = (line: Float64Array, low: number, high: number): number =>
  ((line[high] ?? 0) + high * high - ((line[low] ?? 0) + low * low)) / (2 * (high - low));
