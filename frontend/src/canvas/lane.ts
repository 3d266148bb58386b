/**
 * Draws one lane. Brightness is the score; every other state has a form of its own, so that colour is never the only mark:
 * lost hatched, doubtful with a line under it, edited with a pencil point over it, imported hollow, absent a thin
 * crossed line, untracked empty, key frames diamonds.
 */

import { ABSENT, columnOf, DOUBTFUL, EMPTY, IMPORTED, LOST, SCORED_FULL, type Lane } from "../model/lanes";
import { cellWidth, xOf, type Timeline } from "../model/timeline";

export type DrawnLane = {
  readonly lane: Lane | null;
  readonly keys: readonly number[];
  readonly color: string;
  readonly dim: boolean;
  readonly line: Timeline;
  readonly height: number;
  readonly ratio: number;
  readonly bad: string;
  readonly warn: string;
  readonly soft: string;
  readonly text: string;
  readonly ink: string;
};

const BAR_PX = 10;
const HATCH_PX = 5;
const CROSS_PX = 14;
const PENCIL_PX = 5;
const DARKEST = 0.28;

export const drawLane = (context: CanvasRenderingContext2D, drawn: DrawnLane): void => {
  const { line, height, ratio, lane } = drawn;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, line.width, height);
  const top = Math.round((height - BAR_PX) / 2);
  if (lane !== null) drawBar(context, drawn, lane, top);
  context.globalAlpha = 1;
  for (const frame of drawn.keys) drawDiamond(context, drawn, frame);
};

/** How a stretch of columns looks: equal looks next to each other are one rectangle. */
type Form = "none" | "bar" | "doubtful" | "imported" | "lost" | "absent";
type Look = { readonly form: Form; readonly score: number };
const NOTHING: Look = { form: "none", score: 0 };

/** One rectangle for each run of columns that look the same; the pencil points go on top. */
const drawBar = (context: CanvasRenderingContext2D, drawn: DrawnLane, lane: Lane, top: number): void => {
  const { line } = drawn;
  const wide = cellWidth(line) >= 1;
  const origin = Math.floor(line.first);
  const steps = wide ? Math.ceil(line.last) - origin : Math.ceil(line.width);
  // On whole device pixels: neighbours then meet without a seam.
  const edge = (step: number): number => (wide ? Math.round(xOf(line, origin + step) * drawn.ratio) / drawn.ratio : step);
  const pencils: number[] = [];
  let [start, before] = [0, NOTHING];
  for (let step = 0; step <= steps; step += 1) {
    const column = step === steps ? null : wide ? columnOf(lane, origin + step, origin + step) : columnAt(lane, line, step);
    const look = column === null ? NOTHING : lookOf(column.state, column.score);
    if (column?.edited) pencils.push((edge(step) + edge(step + 1)) / 2);
    if (look.form === before.form && look.score === before.score) continue;
    if (before.form !== "none") paint(context, drawn, edge(start), edge(step), top, before);
    [start, before] = [step, look];
  }
  drawPencils(context, drawn, pencils, top);
};

/** The score in steps of five: fewer rectangles, no visible bands. */
const lookOf = (state: number, score: number): Look => {
  if (state === EMPTY) return NOTHING;
  if (state === LOST) return { form: "lost", score: 0 };
  if (state === ABSENT) return { form: "absent", score: 0 };
  if (state === DOUBTFUL) return { form: "doubtful", score: Math.round(score / 5) * 5 };
  if (state === IMPORTED) return { form: "imported", score: 100 };
  return { form: "bar", score: SCORED_FULL.has(state) ? 100 : Math.round(score / 5) * 5 };
};

const columnAt = (lane: Lane, line: Timeline, x: number): ReturnType<typeof columnOf> => {
  const first = Math.floor(line.first + (x / line.width) * (line.last - line.first));
  const next = Math.floor(line.first + ((x + 1) / line.width) * (line.last - line.first));
  return columnOf(lane, first, Math.max(next - 1, first));
};

const paint = (context: CanvasRenderingContext2D, drawn: DrawnLane, from: number, to: number, top: number, look: Look): void => {
  const width = Math.max(to - from, 0.75);
  const full = drawn.dim ? 0.35 : 1;
  const bright = full * (DARKEST + (1 - DARKEST) * (look.score / 100) ** 1.5);
  context.globalAlpha = full;
  switch (look.form) {
    case "bar":
      context.globalAlpha = bright;
      context.fillStyle = drawn.color;
      context.fillRect(from, top, width, BAR_PX);
      break;
    case "doubtful":
      context.globalAlpha = bright;
      context.fillStyle = drawn.color;
      context.fillRect(from, top, width, BAR_PX - 4);
      context.globalAlpha = full;
      context.fillStyle = drawn.warn;
      context.fillRect(from, top + BAR_PX - 3, width, 3);
      break;
    case "imported":
      context.fillStyle = drawn.color;
      context.fillRect(from, top, width, 2);
      context.fillRect(from, top + BAR_PX - 2, width, 2);
      context.globalAlpha = 0.3 * full;
      context.fillRect(from, top + 2, width, BAR_PX - 4);
      break;
    case "lost":
      hatch(context, from, to, top, drawn.bad);
      break;
    case "absent":
      cross(context, from, to, top, drawn.soft);
      break;
    case "none":
      break;
  }
};

/** Slanted lines, on one grid for the whole lane so that neighbours go on. */
const hatch = (context: CanvasRenderingContext2D, from: number, to: number, top: number, color: string): void => {
  clipped(context, from, to, top, () => {
    context.strokeStyle = color;
    context.lineWidth = 1.25;
    const first = Math.floor((from - BAR_PX) / HATCH_PX) * HATCH_PX;
    for (let x = first; x < to + BAR_PX; x += HATCH_PX) {
      context.moveTo(x, top + BAR_PX);
      context.lineTo(x + BAR_PX, top);
    }
  });
};

/** A thin flat line with a cross now and then. */
const cross = (context: CanvasRenderingContext2D, from: number, to: number, top: number, color: string): void => {
  const [middle, arm] = [top + BAR_PX / 2, 2.5];
  clipped(context, from, to, top, () => {
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.moveTo(from, middle);
    context.lineTo(to, middle);
    for (let x = Math.floor(from / CROSS_PX) * CROSS_PX + CROSS_PX / 2; x < to + arm; x += CROSS_PX) {
      context.moveTo(x - arm, middle - arm);
      context.lineTo(x + arm, middle + arm);
      context.moveTo(x - arm, middle + arm);
      context.lineTo(x + arm, middle - arm);
    }
  });
};

const clipped = (context: CanvasRenderingContext2D, from: number, to: number, top: number, trace: () => void): void => {
  context.save();
  context.beginPath();
  context.rect(from, top, Math.max(to - from, 0.75), BAR_PX);
  context.clip();
  context.beginPath();
  trace();
  context.stroke();
  context.restore();
};

/** A pencil's point, down on the bar where a hand was; those that would touch are one. */
const drawPencils = (context: CanvasRenderingContext2D, drawn: DrawnLane, places: readonly number[], top: number): void => {
  context.globalAlpha = drawn.dim ? 0.5 : 1;
  context.fillStyle = drawn.text;
  let before = -Infinity;
  for (const x of places) {
    if (x - before < PENCIL_PX) continue;
    before = x;
    context.beginPath();
    context.moveTo(x - PENCIL_PX / 2, top - 4);
    context.lineTo(x + PENCIL_PX / 2, top - 4);
    context.lineTo(x, top + 2);
    context.closePath();
    context.fill();
  }
};

const drawDiamond = (context: CanvasRenderingContext2D, drawn: DrawnLane, frame: number): void => {
  const reach = 5.5;
  const centre = xOf(drawn.line, frame + 0.5);
  const inSight = centre > -reach && centre < drawn.line.width + reach;
  // A key frame at an end of the clip is drawn whole.
  const x = inSight ? Math.min(Math.max(centre, reach + 1), drawn.line.width - reach - 1) : centre;
  const y = drawn.height / 2;
  context.beginPath();
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.closePath();
  context.fillStyle = drawn.ink;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = drawn.color;
  context.stroke();
};

/** The small score line of the object list. */
export const drawSpark = (context: CanvasRenderingContext2D, drawn: Pick<DrawnLane, "lane" | "color" | "height" | "ratio" | "bad"> & { width: number }): void => {
  const { width, height, ratio, lane } = drawn;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (lane === null) return;
  const frames = lane.states.length;
  context.lineWidth = 1.25;
  let pen = false;
  context.beginPath();
  context.strokeStyle = drawn.color;
  const lost: [number, number][] = [];
  for (let x = 0; x < width; x += 1) {
    const first = Math.floor((x / width) * frames);
    const { state, score } = columnOf(lane, first, Math.max(Math.floor(((x + 1) / width) * frames) - 1, first));
    if (state === EMPTY || state === LOST || state === ABSENT) {
      pen = false;
      if (state === LOST) lost.push([x, 1]);
      continue;
    }
    const y = height - 1.5 - ((SCORED_FULL.has(state) ? 100 : score) / 100) * (height - 3);
    if (pen) context.lineTo(x + 0.5, y);
    else context.moveTo(x + 0.5, y);
    pen = true;
  }
  context.stroke();
  context.fillStyle = drawn.bad;
  for (const [x] of lost) context.fillRect(x, height - 2, 1, 2);
};
