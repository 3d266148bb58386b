/** The page's end of the brush's worker. */

import { copyOf, type Bitmask } from "../model/paint";
import type { PaintAnswer, PaintJob } from "./paintworker";
import type { Made } from "./picture";

export type Painter = {
  /** COCO counts of the whole frame and the mask as it is shown, of the mask as it is now: it may be painted on. */
  readonly finish: (mask: Bitmask, rgb: readonly [number, number, number]) => Promise<{ counts: Uint8Array; made: Made }>;
  readonly close: () => void;
};

export const openPainter = (): Painter => {
  const worker = new Worker(new URL("./paintworker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, (answer: PaintAnswer) => void>();
  let nextId = 1;
  worker.onmessage = (event: MessageEvent<PaintAnswer>): void => {
    waiting.get(event.data.id)?.(event.data);
    waiting.delete(event.data.id);
  };
  return {
    finish: (mask, rgb) =>
      new Promise((resolve) => {
        const job: PaintJob = { id: nextId++, mask: copyOf(mask), rgb };
        waiting.set(job.id, resolve);
        worker.postMessage(job, [job.mask.inside.buffer]);
      }),
    close: () => worker.terminate(),
  };
};
