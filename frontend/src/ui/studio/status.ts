/** What the stage shows, in words, for who does not see it. */

import { EMPTY, stateWords } from "../../model/lanes";
import { isMaskTool, type Paint } from "./paint.svelte";
import type { Studio } from "./studio.svelte";

export const statusOf = (studio: Studio): string => {
  const { scene, frame, frames, selected, tool, paint } = studio;
  if (scene === null) return "The clip is loading.";
  const parts = [`Frame ${frame} of ${frames}.`];
  if (selected === null) parts.push(studio.subjects.length === 0 ? "No objects yet." : "No object selected.");
  else {
    const box = studio.selectedPrompt;
    const lane = scene.lanes.get(selected.id);
    const found = stateWords(lane?.states[frame] ?? EMPTY, lane?.scores[frame] ?? 0);
    parts.push(`Object ${selected.number}, ${selected.name}: ${found}.`);
    if (box !== null) parts.push(`Box at ${box[0]}, ${box[1]}, ${box[2]} by ${box[3]} pixels.`);
  }
  if (isMaskTool(tool)) parts.push(tool === "polygon" ? cornersSaid(paint) : sizeSaid(tool, paint));
  if (studio.editing) parts.push("Arrow keys move the box, with Control they size it, with Shift by 10. Escape ends.");
  return parts.join(" ");
};

const sizeSaid = (tool: "brush" | "eraser", paint: Paint): string =>
  `${tool === "brush" ? "Brush" : "Eraser"}, ${paint.size.value} pixels across.`;
const cornersSaid = (paint: Paint): string =>
  `Polygon that ${paint.subtract ? "takes away" : "adds"}, ${paint.corners.length} corners.`;
