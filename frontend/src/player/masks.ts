/**
 * The masks of a scene as the canvas wants them: fetched a block at a time, decoded in a worker, held in two caches
 * bounded in bytes (run lengths, bitmaps). A page with a ten-minute clip needs no more than one with a short clip.
 */

import { rgbOf } from "../model/colors";
import { byteCache } from "../model/lru";
import type { Item, MaskItem } from "../model/types";
import type { MaskAnswer, MaskJob } from "./maskworker";
import { pictureOf, sizeOf, type Made, type Picture } from "./picture";

export type Wanted = { readonly subject: string; readonly color: string };

export type MaskStore = {
  /** What is known of a mask without waiting; asks for the rest. */
  readonly mask: (subject: string, frame: number) => MaskItem | null;
  readonly picture: (subject: string, frame: number, color: string) => Picture | null;
  /** Decodes what will be shown soon, nearest first. */
  readonly ahead: (wanted: readonly Wanted[], frames: readonly number[]) => void;
  readonly apply: (items: readonly Item[]) => void;
  /** What was just drawn, shown before the server has it; its revision is endless until the server says which it is. */
  readonly put: (item: MaskItem, color: string, made: Made) => void;
  /** The server has it: under this revision, or not at all and what stood there before counts again. */
  readonly settle: (drawn: MaskItem, kept: MaskItem | null) => void;
  readonly heldBytes: () => number;
  readonly close: () => void;
};

export type MaskStoreOptions = {
  readonly frameHeight: number;
  readonly exists: (subject: string, frame: number) => boolean;
  readonly fetchBlock: (first: number, last: number, signal: AbortSignal) => Promise<{ masks: readonly MaskItem[] }>;
  /** A mask that was asked for is there now. */
  readonly onReady: (frame: number) => void;
};

const BLOCK_FRAMES = 100;
const COUNTS_BYTES = 48 * 1024 * 1024;
const BITMAP_BYTES = ((navigator as { deviceMemory?: number }).deviceMemory ?? 8) <= 4 ? 64 * 1024 * 1024 : 128 * 1024 * 1024;
const MOST_WAITING = 16; // decodes handed to the worker ahead of need: a seek waits behind no more than these

export const openMaskStore = (options: MaskStoreOptions): MaskStore => {
  const counts = byteCache<MaskItem>(COUNTS_BYTES);
  const pictures = byteCache<{ readonly picture: Picture; readonly color: string; revision: number }>(BITMAP_BYTES, ({ picture }) =>
    picture.bitmap?.close(),
  );
  const worker = new Worker(new URL("./maskworker.ts", import.meta.url), { type: "module" });
  const decoding = new Map<number, { key: string; color: string; revision: number; frame: number }>();
  const decodingKeys = new Map<string, string>(); // key -> color and revision being made
  const fetching = new Set<number>();
  const absent = new Set<string>(); // the server was asked and has no mask there
  const abort = new AbortController();
  let removals = 0;
  let nextId = 1;

  const keyOf = (subject: string, frame: number): string => `${subject}:${frame}`;

  const keep = (item: MaskItem): void => {
    const key = keyOf(item.subject, item.frame);
    const held = counts.peek(key);
    if (held !== undefined && held.revision > item.revision) return;
    absent.delete(key);
    counts.set(key, item, item.counts.length + 200);
  };

  const fetchBlock = async (block: number): Promise<void> => {
    if (fetching.has(block)) return;
    fetching.add(block);
    const [first, last] = [block * BLOCK_FRAMES, (block + 1) * BLOCK_FRAMES - 1];
    const removalsBefore = removals;
    try {
      const answer = await options.fetchBlock(first, last, abort.signal);
      // What was removed while the answer was on its way must not come back: ask again.
      if (removals === removalsBefore) {
        const found = new Set<string>();
        for (const item of answer.masks) {
          // The answer's bytes are one buffer: a copy lets the rest of it go.
          keep({ ...item, kind: "mask", counts: item.counts.slice() });
          found.add(keyOf(item.subject, item.frame));
        }
        for (const key of asked.get(block) ?? []) if (!found.has(key) && counts.peek(key) === undefined) absent.add(key);
      }
    } catch {
      // Unreachable for now: the next look at one of these frames asks again.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    } finally {
      asked.delete(block);
      fetching.delete(block);
    }
    if (!abort.signal.aborted) for (let frame = first; frame <= last; frame += 1) options.onReady(frame);
  };

  const asked = new Map<number, Set<string>>();
  const ask = (key: string, frame: number): void => {
    if (absent.has(key)) return;
    const block = Math.floor(frame / BLOCK_FRAMES);
    const keys = asked.get(block) ?? new Set();
    keys.add(key);
    asked.set(block, keys);
    void fetchBlock(block);
  };

  const mask = (subject: string, frame: number): MaskItem | null => {
    if (!options.exists(subject, frame)) return null;
    const key = keyOf(subject, frame);
    const item = counts.get(key);
    if (item === undefined) ask(key, frame);
    return item ?? null;
  };

  const decode = (item: MaskItem, color: string): void => {
    const key = keyOf(item.subject, item.frame);
    const stamp = `${color}${item.revision}`;
    if (decodingKeys.get(key) === stamp) return;
    decodingKeys.set(key, stamp);
    const id = nextId++;
    decoding.set(id, { key, color, revision: item.revision, frame: item.frame });
    const job: MaskJob = { id, counts: item.counts, frameHeight: options.frameHeight, rgb: rgbOf(color) };
    worker.postMessage(job);
  };

  worker.onmessage = (event: MessageEvent<MaskAnswer>): void => {
    const { id, made } = event.data;
    const asking = decoding.get(id);
    decoding.delete(id);
    if (asking === undefined) {
      made.bitmap?.close();
      return;
    }
    const { key, color, revision, frame } = asking;
    if (decodingKeys.get(key) === `${color}${revision}`) decodingKeys.delete(key);
    const held = counts.peek(key);
    if (held === undefined || held.revision !== revision) made.bitmap?.close(); // removed or replaced while it was being made
    else pictures.set(key, { picture: pictureOf(made), color, revision }, sizeOf(made));
    options.onReady(frame);
  };

  const picture = (subject: string, frame: number, color: string): Picture | null => {
    const item = mask(subject, frame);
    if (item === null || item.counts.length === 0) return null;
    const held = pictures.get(keyOf(subject, frame));
    if (held !== undefined && held.color === color && held.revision === item.revision) return held.picture;
    decode(item, color);
    return held?.picture ?? null; // an older one of the same frame until then: nothing blinks
  };

  return {
    mask,
    picture,
    ahead: (wanted, frames) => {
      for (const frame of frames) {
        for (const { subject, color } of wanted) {
          if (decoding.size >= MOST_WAITING) return;
          picture(subject, frame, color);
        }
      }
    },
    apply: (items) => {
      for (const item of items) {
        if (item.kind === "mask") {
          // A message's bytes are one buffer too.
          keep({ ...item, counts: item.counts.slice() });
          options.onReady(item.frame);
        } else if (item.kind === "masks_removed") {
          removals += 1;
          for (const key of [...counts.keys()]) {
            const [subject, frame] = key.split(":");
            if (subject === item.subject && Number(frame) >= item.first && Number(frame) <= item.last) {
              counts.remove(key);
              pictures.remove(key);
            }
          }
          options.onReady(-1);
        }
      }
    },
    put: (item, color, made) => {
      const key = keyOf(item.subject, item.frame);
      absent.delete(key);
      counts.set(key, item, item.counts.length + 200);
      pictures.set(key, { picture: pictureOf(made), color, revision: item.revision }, sizeOf(made));
      options.onReady(item.frame);
    },
    settle: (drawn, kept) => {
      const key = keyOf(drawn.subject, drawn.frame);
      if (counts.peek(key) !== drawn) return; // drawn on again, or forgotten
      const shown = pictures.peek(key);
      if (kept === null) {
        counts.remove(key);
        pictures.remove(key);
      } else {
        counts.set(key, kept, kept.counts.length + 200);
        if (shown !== undefined && sameBytes(kept.counts, drawn.counts)) shown.revision = kept.revision; // the same picture
      }
      options.onReady(drawn.frame);
    },
    heldBytes: () => counts.size() + pictures.size(),
    close: () => {
      abort.abort();
      worker.terminate();
      pictures.clear();
      counts.clear();
    },
  };
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
