/**
 * A frame as an exported film will show it, drawn with the browser's own means: what the server's modules of the same
 * names do with cv2 (studio/exports/effects). Lengths are in source pixels; the result is a canvas of the picture.
 */

import type { OptionValues } from "../model/types";
import type { VideoSize } from "../model/units";
import type { Picture } from "../player/picture";
import { softened } from "./feather";
import { average } from "./hide";
import { fresh, type Layer } from "./layers";

export type FilmObject = { readonly number: number; readonly color: string; readonly picture: Picture; readonly corners: readonly number[] };

/** Left, top, width, height in source pixels. */
export type Window = readonly [number, number, number, number];

export type FilmFrame = {
  readonly name: string;
  readonly values: OptionValues;
  readonly size: VideoSize;
  readonly image: CanvasImageSource;
  readonly objects: readonly FilmObject[];
  /** What stands behind the objects, where a picture was chosen and is loaded. */
  readonly backdrop: ImageBitmap | null;
  readonly window: Window | null;
};

const LONGEST_SIDE = 1280; // px of the canvas: a stage shows hardly more
const LINES = 1080; // of a picture with lines of the chosen width; a taller one has wider ones in proportion
const BOX_LINES = 360; // of a picture for each px of a rotated box's line
const CHECK_PX = 12;

type Place = { readonly frame: FilmFrame; readonly scale: number; readonly width: number; readonly height: number };

/** Null where a film has no preview: a grid shows no one picture. */
export const paintFilm = (frame: FilmFrame): OffscreenCanvas | null => {
  const { width, height } = frame.size;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const place: Place = { frame, scale, width: Math.round(width * scale), height: Math.round(height * scale) };
  const out = picture(place, "out");
  const number = (name: string): number => Number(frame.values[name]);
  switch (frame.name) {
    case "overlay":
      return marked(place, out, number("opacity") / 100, number("edge"), frame.values["boxes"] === true);
    case "outline":
      return marked(place, out, 0, number("width"), false);
    case "matte":
      return matte(place, out);
    case "cutout":
      checks(place, out);
      return over(out, front(place));
    case "background":
      behind(place, out);
      return over(out, front(place));
    case "spotlight":
      dim(place, out);
      return over(out, front(place));
    case "blur":
      return hidden(place, out);
    case "crop":
      return framed(place, out);
    default:
      return null;
  }
};

const picture = ({ frame, width, height }: Place, name: string): Layer => {
  const layer = fresh(name, width, height);
  layer.context.drawImage(frame.image, 0, 0, width, height);
  return layer;
};

const over = (out: Layer, what: Layer): OffscreenCanvas => {
  out.context.drawImage(what.canvas, 0, 0);
  return out.canvas;
};

/** Opaque where the objects are; fading within `inward` px of the edge, or outside of it within `outward`. */
const cover = ({ frame, scale, width, height }: Place, name: string, inward: number, outward: number = 0): Layer => {
  const layer = fresh(name, width, height);
  layer.context.imageSmoothingEnabled = false;
  for (const { picture: { bitmap, x, y, width: across, height: down } } of frame.objects)
    if (bitmap !== null) layer.context.drawImage(bitmap, x * scale, y * scale, across * scale, down * scale);
  if (inward > 0 || outward > 0) softened(layer, inward * scale, outward * scale);
  return layer;
};

/** The objects as they are, all else transparent. */
const front = (place: Place): Layer => {
  const shown = picture(place, "front");
  shown.context.globalCompositeOperation = "destination-in";
  shown.context.drawImage(cover(place, "cover", Number(place.frame.values["feather"])).canvas, 0, 0);
  return shown;
};

/** Colour over each object and a line inside its edge, the highest number on top. */
const marked = ({ frame, scale }: Place, { canvas, context }: Layer, fill: number, line: number, boxes: boolean): OffscreenCanvas => {
  const shorter = Math.min(frame.size.width, frame.size.height);
  const tint = String(frame.values["tint"]);
  for (const { color, picture: { bitmap, edge, x, y, width, height }, corners } of [...frame.objects].sort((a, b) => a.number - b.number)) {
    const ink = tint === "own" ? color : tint;
    context.save();
    context.scale(scale, scale);
    if (bitmap !== null && fill > 0) {
      context.globalAlpha = fill;
      context.imageSmoothingEnabled = false;
      context.drawImage(tint === "own" ? bitmap : stained(bitmap, ink), x, y, width, height);
      context.globalAlpha = 1;
    }
    if (edge !== null && line > 0) {
      context.save();
      context.clip(edge, "evenodd");
      context.lineWidth = 2 * line * Math.max(1, shorter / LINES); // its outer half is clipped away
      context.lineJoin = "round";
      context.strokeStyle = bright(ink);
      context.stroke(edge);
      context.restore();
    }
    if (boxes && corners.length === 8) {
      context.beginPath();
      for (let at = 0; at < 8; at += 2) context.lineTo(corners[at] ?? 0, corners[at + 1] ?? 0);
      context.closePath();
      context.lineWidth = Math.max(1, Math.round(shorter / BOX_LINES));
      context.strokeStyle = bright(ink);
      context.stroke();
    }
    context.restore();
  }
  return canvas;
};

const stained = (bitmap: ImageBitmap, color: string): OffscreenCanvas => {
  const { canvas, context } = fresh("stained", bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = color;
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  return canvas;
};

/** The same hue at full strength; white for black. */
const bright = (color: string): string => {
  const channels = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const strongest = Math.max(...channels);
  return strongest === 0 ? "#ffffff" : `rgb(${channels.map((channel) => Math.floor((channel * 255) / strongest)).join(" ")})`;
};

const matte = (place: Place, { canvas, context }: Layer): OffscreenCanvas => {
  const white = cover(place, "cover", Number(place.frame.values["feather"]));
  white.context.globalCompositeOperation = "source-in";
  white.context.fillStyle = "#ffffff";
  white.context.fillRect(0, 0, place.width, place.height);
  context.fillStyle = "#000000";
  context.fillRect(0, 0, place.width, place.height);
  context.drawImage(white.canvas, 0, 0);
  return canvas;
};

const checks = ({ width, height }: Place, { context }: Layer): void => {
  context.fillStyle = "#b8bcc6";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#8f95a3";
  for (let y = 0; y < height; y += CHECK_PX)
    for (let x = (y / CHECK_PX) % 2 === 0 ? 0 : CHECK_PX; x < width; x += 2 * CHECK_PX) context.fillRect(x, y, CHECK_PX, CHECK_PX);
};

/** One colour, or the middle of a picture that covers all. */
const behind = ({ frame, width, height }: Place, { context }: Layer): void => {
  context.fillStyle = String(frame.values["color"]);
  context.fillRect(0, 0, width, height);
  const { backdrop } = frame;
  if (backdrop === null) return;
  const [shownWidth, shownHeight] = [frame.size.width * frame.size.aspect, frame.size.height];
  const zoom = Math.max(shownWidth / backdrop.width, shownHeight / backdrop.height);
  const [across, down] = [shownWidth / zoom, shownHeight / zoom];
  context.imageSmoothingQuality = "high";
  context.drawImage(backdrop, (backdrop.width - across) / 2, (backdrop.height - down) / 2, across, down, 0, 0, width, height);
};

const dim = ({ frame, width, height }: Place, { context }: Layer): void => {
  const rest = String(frame.values["rest"]);
  context.save();
  if (rest !== "dark") {
    context.globalCompositeOperation = "saturation"; // keeps 0.3 R + 0.59 G + 0.11 B, as cv2's grey does
    context.fillStyle = "#808080";
    context.fillRect(0, 0, width, height);
  }
  context.restore();
  if (rest === "grey") return;
  context.fillStyle = `rgb(0 0 0 / ${1 - Number(frame.values["light"]) / 100})`;
  context.fillRect(0, 0, width, height);
};

const hidden = (place: Place, out: Layer): OffscreenCanvas => {
  const { frame, scale, width, height } = place;
  const { part, style, strength, feather } = frame.values;
  const ofObjects = part === "objects";
  const gone = picture(place, "gone");
  gone.context.globalCompositeOperation = ofObjects ? "destination-in" : "destination-out";
  gone.context.drawImage(cover(place, "cover", 0).canvas, 0, 0);
  const reach = (Math.min(frame.size.width, frame.size.height) * Number(strength)) / 100;
  const averaged = average(gone, reach, style === "pixelate", scale);
  if (!ofObjects) {
    out.context.drawImage(averaged.canvas, 0, 0, width, height);
    return over(out, front(place));
  }
  averaged.context.globalCompositeOperation = "destination-in";
  averaged.context.drawImage(cover(place, "soft", 0, Number(feather)).canvas, 0, 0);
  return over(out, averaged);
};

/** The whole picture, dark outside the window that the film is. */
const framed = ({ frame, scale, width, height }: Place, { canvas, context }: Layer): OffscreenCanvas => {
  if (frame.window === null) return canvas;
  const [x, y, across, down] = frame.window.map((side) => side * scale) as [number, number, number, number];
  context.beginPath();
  context.rect(0, 0, width, height);
  context.rect(x, y, across, down);
  context.fillStyle = "rgb(0 0 0 / 65%)";
  context.fill("evenodd");
  context.lineWidth = 2;
  context.strokeStyle = "#ffffff";
  context.strokeRect(x, y, across, down);
  return canvas;
};
