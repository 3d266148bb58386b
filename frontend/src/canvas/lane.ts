/** Draws one lane: score as brightness, lost hatched, untracked empty, key frames as diamonds. */

import { columnOf, EMPTY, LOST, PROMPT, type Lane } from "../model/lanes";
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
  readonly ink: string;
};

const BAR_PX = 10;
const HATCH_PX = 5;
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

/** One rectangle for each run of columns that look the same. */
const drawBar = (context: CanvasRenderingContext2D, drawn: DrawnLane, lane: Lane, top: number): void => {
  const { line } = drawn;
  const wide = cellWidth(line) >= 1;
  const steps = wide ? Math.ceil(line.last) - Math.floor(line.first) : Math.ceil(line.width);
  let start = 0;
  let before = -1;
  // On whole device pixels: neighbours then meet without a seam.
  const edge = (step: number): number =>
    wide ? Math.round(xOf(line, Math.floor(line.first) + step) * drawn.ratio) / drawn.ratio : step;
  const flush = (step: number): void => {
    if (before >= 0) paint(context, drawn, edge(start), edge(step), top, before);
  };
  for (let step = 0; step <= steps; step += 1) {
    const kind = step === steps ? -1 : wide ? kindOf(lane, Math.floor(line.first) + step, 1) : kindOfColumn(lane, line, step);
    if (kind === before) continue;
    flush(step);
    start = step;
    before = kind;
  }
};

const LOST_KIND = 1000;

/** -1 nothing, LOST_KIND hatched, otherwise the score in steps of five: fewer rectangles, no visible bands. */
const kindOf = (lane: Lane, first: number, length: number): number => {
  const { state, score } = columnOf(lane, first, first + length - 1);
  if (state === EMPTY) return -1;
  if (state === LOST) return LOST_KIND;
  return state === PROMPT ? 100 : Math.round(score / 5) * 5;
};

const kindOfColumn = (lane: Lane, line: Timeline, x: number): number => {
  const first = Math.floor(line.first + (x / line.width) * (line.last - line.first));
  const next = Math.floor(line.first + ((x + 1) / line.width) * (line.last - line.first));
  return kindOf(lane, first, Math.max(next - first, 1));
};

const paint = (context: CanvasRenderingContext2D, drawn: DrawnLane, from: number, to: number, top: number, kind: number): void => {
  const width = Math.max(to - from, 0.75);
  if (kind !== LOST_KIND) {
    context.globalAlpha = (drawn.dim ? 0.35 : 1) * (DARKEST + (1 - DARKEST) * (kind / 100) ** 1.5);
    context.fillStyle = drawn.color;
    context.fillRect(from, top, width, BAR_PX);
    return;
  }
  context.globalAlpha = drawn.dim ? 0.4 : 1;
  context.save();
  context.beginPath();
  context.rect(from, top, width, BAR_PX);
  context.clip();
  context.strokeStyle = drawn.bad;
  context.lineWidth = 1.25;
  context.beginPath();
  const first = Math.floor((from - BAR_PX) / HATCH_PX) * HATCH_PX;
  for (let x = first; x < to + BAR_PX; x += HATCH_PX) {
    context.moveTo(x, top + BAR_PX);
    context.lineTo(x + BAR_PX, top);
  }
  context.stroke();
  context.restore();
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
export const drawSpark = (context: CanvasRenderingContext2D, drawn: Omit<DrawnLane, "keys" | "line" | "dim" | "ink"> & { width: number }): void => {
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
    if (state === EMPTY || state === LOST) {
      pen = false;
      if (state === LOST) lost.push([x, 1]);
      continue;
    }
    const y = height - 1.5 - ((state === PROMPT ? 100 : score) / 100) * (height - 3);
    if (pen) context.lineTo(x + 0.5, y);
    else context.moveTo(x + 0.5, y);
    pen = true;
  }
  context.stroke();
  context.fillStyle = drawn.bad;
  for (const [x] of lost) context.fillRect(x, height - 2, 1, 2);
};
