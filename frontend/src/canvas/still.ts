/**
 * The frame that is shown, at the size it is shown: converted and scaled once, then copied. A VideoFrame is turned from
 * its own colours at each drawImage (10 to 20 ms at 1080p); a stage that is drawn for a mask or a box need not wait for that.
 */

import type { Drawing } from "./draw";
import { alike } from "../model/alike";

type Placed = Pick<Drawing, "frame" | "size" | "ratio" | "view" | "video" | "image" | "ground">;

export type Still = {
  /** The ground and the picture on it, as large as the stage in the screen's own pixels. */
  readonly of: (drawing: Drawing) => CanvasImageSource;
  /** What was kept may be gone: make it anew. */
  readonly forget: () => void;
};

export const openStill = (paint: (context: OffscreenCanvasRenderingContext2D, placed: Placed) => void): Still => {
  const canvas = new OffscreenCanvas(1, 1);
  let held: Placed | null = null;
  return {
    of: ({ frame, size, ratio, view, video, image, ground }) => {
      const placed: Placed = { frame, size, ratio, view, video, image, ground };
      if (alike(held, placed)) return canvas;
      const [wide, high] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (canvas.width !== wide) canvas.width = wide;
      if (canvas.height !== high) canvas.height = high;
      const context = canvas.getContext("2d", { alpha: false });
      if (context === null) throw new Error("this browser draws on no canvas that is not shown");
      paint(context, placed);
      held = placed;
      return canvas;
    },
    forget: () => {
      held = null;
    },
  };
};
