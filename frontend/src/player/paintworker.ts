/** The worker of the brush: painted pixels in, run lengths, bitmap and outline out, once at the end of a stroke. */

import type { Bitmask } from "../model/paint";
import { cropOf } from "../model/rle";
import { runsOf, writeCounts } from "../model/rlewrite";
import { make, NOTHING, type Made } from "./picture";

export type PaintJob = { readonly id: number; readonly mask: Bitmask; readonly rgb: readonly [number, number, number] };
export type PaintAnswer = { readonly id: number; readonly counts: Uint8Array; readonly made: Made };

const answer = async ({ id, mask, rgb }: PaintJob): Promise<void> => {
  const runs = runsOf(mask);
  const crop = cropOf(Uint32Array.from(runs), mask.frameHeight);
  const made = crop === null ? NOTHING : await make(crop, rgb);
  const told: PaintAnswer = { id, counts: writeCounts(runs), made };
  self.postMessage(told, made.bitmap === null ? {} : { transfer: [made.bitmap, made.outline.buffer] });
};

self.onmessage = (event: MessageEvent<PaintJob>): void => void answer(event.data);
