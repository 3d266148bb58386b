/** The worker: run-length masks in, coloured bitmaps and outlines out. Nothing large is made on the page's own thread. */

import { cropOf, readCounts } from "../model/rle";
import { make, NOTHING, type Made } from "./picture";

export type MaskJob = {
  readonly id: number;
  readonly counts: Uint8Array;
  readonly frameHeight: number;
  readonly rgb: readonly [number, number, number];
};

export type MaskAnswer = { readonly id: number; readonly made: Made };

const answer = async (job: MaskJob): Promise<void> => {
  const crop = cropOf(readCounts(job.counts), job.frameHeight);
  const made = crop === null ? NOTHING : await make(crop, job.rgb);
  const told: MaskAnswer = { id: job.id, made };
  self.postMessage(told, made.bitmap === null ? {} : { transfer: [made.bitmap, made.outline.buffer] });
};

self.onmessage = (event: MessageEvent<MaskJob>): void => void answer(event.data);
