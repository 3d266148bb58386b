/** Draws the stage: the picture, masks, rotated boxes, key-frame boxes and handles. Holds nothing, decides nothing. */

import type { Picture } from "../player/picture";
import { HANDLES, handlePoint, type Handle } from "../model/box";
import type { Box, ScreenSize, VideoSize } from "../model/units";
import { toScreen, type View } from "../model/view";

export type Look = {
  readonly masks: boolean;
  readonly edges: boolean;
  readonly boxes: boolean;
  readonly names: boolean;
  /** Fill of a mask that is not selected, 0 to 1. */
  readonly fill: number;
};

export type DrawnObject = {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly color: string;
  readonly selected: boolean;
  readonly hovered: boolean;
  readonly lost: boolean;
  readonly picture: Picture | null;
  readonly corners: readonly number[] | null;
  readonly prompt: Box | null;
};

export type Drawing = {
  /** The number of the frame that `image` shows. */
  readonly frame: number;
  readonly size: ScreenSize;
  readonly ratio: number; // device pixels for a css pixel
  readonly view: View;
  readonly video: VideoSize;
  readonly image: CanvasImageSource | null;
  readonly objects: readonly DrawnObject[];
  /** What is drawn left of x instead, when two states are compared. */
  readonly wipe: { readonly x: number; readonly objects: readonly DrawnObject[] } | null;
  readonly look: Look;
  readonly draft: { readonly box: Box; readonly color: string } | null;
  readonly handles: boolean;
  readonly grip: Handle | null;
  readonly ground: string;
  readonly cross: { readonly x: number; readonly y: number } | null;
};

const EDGE_PX = 1.5;
const HANDLE_PX = 8;
const SELECTED_MORE = 0.15; // look.md: 40 % fill, the selected object 55 %

type Placed = Pick<Drawing, "size" | "ratio" | "view" | "video" | "image" | "ground">;

/** The ground and the film's picture where the view has it. */
export const drawPicture = (context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, placed: Placed): void => {
  const { size, ratio, view, video, image } = placed;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = placed.ground;
  context.fillRect(0, 0, size.width, size.height);
  if (image === null) return;
  context.imageSmoothingEnabled = view.scale < 3; // far in, a pixel is a pixel
  context.imageSmoothingQuality = "medium";
  context.drawImage(image, view.left, view.top, video.width * view.scale * view.aspect, video.height * view.scale);
};

/** `still`: the picture as drawPicture has drawn it before, in the canvas's own pixels; null draws it anew. */
export const draw = (context: CanvasRenderingContext2D, drawing: Drawing, still: CanvasImageSource | null = null): void => {
  if (still === null) drawPicture(context, drawing);
  else {
    context.resetTransform();
    context.drawImage(still, 0, 0);
    context.imageSmoothingEnabled = drawing.view.scale < 3; // for the masks, as for the picture
    context.imageSmoothingQuality = "medium";
  }
  if (drawing.wipe === null) drawObjects(context, drawing, drawing.objects);
  else {
    const { x, objects } = drawing.wipe;
    between(context, drawing, 0, x, () => drawObjects(context, drawing, objects));
    between(context, drawing, x, drawing.size.width, () => drawObjects(context, drawing, drawing.objects));
  }
  if (drawing.draft !== null) drawDraft(context, drawing, drawing.draft.box, drawing.draft.color);
  if (drawing.cross !== null) drawCross(context, drawing, drawing.cross.x, drawing.cross.y);
};

const drawObjects = (context: CanvasRenderingContext2D, drawing: Drawing, objects: readonly DrawnObject[]): void => {
  const ordered = [...objects].sort((a, b) => Number(a.selected) - Number(b.selected));
  for (const object of ordered) drawMask(context, drawing, object);
  for (const object of ordered) drawBoxes(context, drawing, object);
};

/** Paints a vertical part of the stage only, from x to x in css pixels. */
const between = (context: CanvasRenderingContext2D, drawing: Drawing, from: number, to: number, paint: () => void): void => {
  context.save();
  onScreen(context, drawing);
  context.beginPath();
  context.rect(from, 0, to - from, drawing.size.height);
  context.clip();
  paint();
  context.restore();
};

const inVideo = (context: CanvasRenderingContext2D, { ratio, view }: Drawing): void =>
  context.setTransform(ratio * view.scale * view.aspect, 0, 0, ratio * view.scale, ratio * view.left, ratio * view.top);

const onScreen = (context: CanvasRenderingContext2D, { ratio }: Drawing): void =>
  context.setTransform(ratio, 0, 0, ratio, 0, 0);

const drawMask = (context: CanvasRenderingContext2D, drawing: Drawing, object: DrawnObject): void => {
  const { picture } = object;
  if (picture === null || picture.bitmap === null) return;
  inVideo(context, drawing);
  if (drawing.look.masks) {
    context.globalAlpha = Math.min(drawing.look.fill + (object.selected ? SELECTED_MORE : 0), 1);
    context.drawImage(picture.bitmap, picture.x, picture.y, picture.width, picture.height);
    context.globalAlpha = 1;
  }
  if (drawing.look.edges && picture.edge !== null) {
    context.lineJoin = "round";
    context.lineWidth = (object.selected ? EDGE_PX + 0.5 : EDGE_PX) / drawing.view.scale;
    context.strokeStyle = object.selected ? lighter(object.color) : object.color;
    context.stroke(picture.edge);
  }
};

const drawBoxes = (context: CanvasRenderingContext2D, drawing: Drawing, object: DrawnObject): void => {
  onScreen(context, drawing);
  const { view } = drawing;
  if (drawing.look.boxes && object.corners !== null && object.corners.length === 8) {
    context.beginPath();
    for (let at = 0; at < 8; at += 2) {
      const [x, y] = [(object.corners[at] ?? 0) * view.scale * view.aspect + view.left, (object.corners[at + 1] ?? 0) * view.scale + view.top];
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
    context.setLineDash(object.lost ? [4, 4] : []);
    context.globalAlpha = object.lost ? 0.6 : 0.9;
    context.lineWidth = 1;
    context.strokeStyle = object.color;
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }
  if (object.prompt !== null) {
    const [x, y, width, height] = screenRect(drawing, object.prompt);
    context.lineWidth = 3;
    context.strokeStyle = "rgb(0 0 0 / 45%)"; // a dark line under the coloured one: it shows on any film
    context.strokeRect(x, y, width, height);
    context.lineWidth = EDGE_PX;
    context.strokeStyle = object.color;
    context.strokeRect(x, y, width, height);
    if (object.selected && drawing.handles) drawHandles(context, drawing, object.prompt, object.color);
  }
  if (object.hovered || (drawing.look.names && (object.prompt !== null || object.picture !== null)))
    drawName(context, drawing, object);
};

const drawHandles = (context: CanvasRenderingContext2D, drawing: Drawing, box: Box, color: string): void => {
  for (const handle of HANDLES) {
    const point = toScreen(drawing.view, handlePoint(box, handle));
    const side = drawing.grip === handle ? HANDLE_PX + 2 : HANDLE_PX;
    context.fillStyle = drawing.grip === handle ? color : "#ffffff";
    context.strokeStyle = "rgb(0 0 0 / 60%)";
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(Math.round(point.x - side / 2) + 0.5, Math.round(point.y - side / 2) + 0.5, side - 1, side - 1, 2);
    context.fill();
    context.stroke();
  }
};

const drawDraft = (context: CanvasRenderingContext2D, drawing: Drawing, box: Box, color: string): void => {
  onScreen(context, drawing);
  const [x, y, width, height] = screenRect(drawing, box);
  context.globalAlpha = 0.14;
  context.fillStyle = color;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.lineWidth = EDGE_PX;
  context.strokeStyle = color;
  context.strokeRect(x, y, width, height);
  label(context, `${box[2]} × ${box[3]}`, x, y + height + 6, "rgb(16 18 22 / 85%)", "#e7eaf0");
};

const drawCross = (context: CanvasRenderingContext2D, drawing: Drawing, x: number, y: number): void => {
  onScreen(context, drawing);
  context.lineWidth = 1;
  context.strokeStyle = "rgb(255 255 255 / 35%)";
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, drawing.size.height);
  context.moveTo(0, Math.round(y) + 0.5);
  context.lineTo(drawing.size.width, Math.round(y) + 0.5);
  context.stroke();
};

const drawName = (context: CanvasRenderingContext2D, drawing: Drawing, object: DrawnObject): void => {
  onScreen(context, drawing);
  const { view } = drawing;
  const [left, top] =
    object.prompt !== null
      ? [object.prompt[0], object.prompt[1]]
      : object.picture !== null
        ? [object.picture.x, object.picture.y]
        : [null, null];
  if (left === null || top === null) return;
  const y = Math.max(top * view.scale + view.top - 24, 4);
  const x = Math.max(left * view.scale * view.aspect + view.left, 4);
  label(context, `${object.number} ${object.name}${object.lost ? ", lost" : ""}`, x, y, object.color, "#0b0d11");
};

const label = (context: CanvasRenderingContext2D, text: string, x: number, y: number, ground: string, ink: string): void => {
  context.font = '500 12px "Inter Variable", system-ui, sans-serif';
  const width = context.measureText(text).width;
  context.fillStyle = ground;
  context.beginPath();
  context.roundRect(x, y, width + 12, 20, 4);
  context.fill();
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.fillText(text, x + 6, y + 10.5);
};

const screenRect = ({ view }: Drawing, box: Box): [number, number, number, number] => [
  box[0] * view.scale * view.aspect + view.left,
  box[1] * view.scale + view.top,
  box[2] * view.scale * view.aspect,
  box[3] * view.scale,
];

/** Halfway to white: the edge of the selected object. */
const lighter = (color: string): string => `color-mix(in srgb, ${color} 55%, white)`;
