/** The worker: run-length masks in, coloured bitmaps and outlines out. Nothing large is made on the page's own thread. */

import { cropOf, outlineOf, readCounts, thinned } from "../model/rle";

export type MaskJob = {
  readonly id: number;
  readonly counts: Uint8Array;
  readonly frameHeight: number;
  readonly rgb: readonly [number, number, number];
};

export type MaskAnswer = {
  readonly id: number;
  /** Null when the mask is empty. */
  readonly bitmap: ImageBitmap | null;
  readonly outline: Float32Array;
  /** Where the bitmap lies, in video pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly area: number;
};

const MOST_PIXELS = 1_500_000; // a larger crop is thinned: no screen shows more of it
const LONGEST_OUTLINE = 120_000; // numbers; a mask of pure noise keeps its fill and loses its edge

const answer = async (job: MaskJob): Promise<void> => {
  const whole = cropOf(readCounts(job.counts), job.frameHeight);
  if (whole === null) {
    const empty: MaskAnswer = { id: job.id, bitmap: null, outline: new Float32Array(), x: 0, y: 0, width: 0, height: 0, area: 0 };
    self.postMessage(empty);
    return;
  }
  const crop = thinned(whole, Math.ceil(Math.sqrt((whole.width * whole.height) / MOST_PIXELS)));
  const image = new ImageData(crop.width, crop.height);
  const pixels = new Uint32Array(image.data.buffer);
  const [red, green, blue] = job.rgb;
  const color = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; // RGBA in memory, every browser is little-endian
  for (let at = 0; at < pixels.length; at += 1) if (crop.inside[at] === 1) pixels[at] = color;
  const bitmap = await createImageBitmap(image);
  const traced = outlineOf(crop);
  const outline = traced.length > LONGEST_OUTLINE ? new Float32Array() : traced;
  const [x, y, width, height] = [whole.x, whole.y, whole.width, whole.height];
  const made: MaskAnswer = { id: job.id, bitmap, outline, x, y, width, height, area: whole.area };
  self.postMessage(made, { transfer: [bitmap, outline.buffer] });
};

self.onmessage = (event: MessageEvent<MaskJob>): void => void answer(event.data);
