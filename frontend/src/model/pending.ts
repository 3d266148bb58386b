/**
 * Masks this page is just writing. What the feed says of them meanwhile may be older than what the page shows: it is held
 * back until the write is answered, and then only what happened after it is applied.
 */

import type { Item } from "./types";

type Held = { readonly item: Item; readonly told: number }; // told: the revision of the message it came with

export class PendingMasks {
  readonly #writes = new Map<string, { count: number; held: Held[] }>();

  begin(subject: string, frame: number): void {
    const write = this.#writes.get(keyOf(subject, frame)) ?? { count: 0, held: [] };
    write.count += 1;
    this.#writes.set(keyOf(subject, frame), write);
  }

  /** The items of a message that can be applied now; a removal is cut around the frames that are being written. */
  sift(items: readonly Item[], told: number): readonly Item[] {
    if (this.#writes.size === 0) return items;
    return items.flatMap((item) => {
      if (item.kind === "mask") return this.#hold(item.subject, item.frame, item, told) ? [] : [item];
      return item.kind === "masks_removed" ? this.#cut(item, told) : [item];
    });
  }

  /**
   * A write was answered with its revision, or refused (null): what was held back and came after it. Empty while the same
   * mask is still being written.
   */
  end(subject: string, frame: number, revision: number | null): readonly Item[] {
    const write = this.#writes.get(keyOf(subject, frame));
    if (write === undefined) return [];
    write.count -= 1;
    if (write.count > 0) return [];
    this.#writes.delete(keyOf(subject, frame));
    const { held } = write;
    if (revision === null) return held.map(({ item }) => item);
    const own = held.findIndex(({ item }) => item.kind === "mask" && item.revision === revision);
    // Without our own echo in it, a message that goes beyond our revision says that the row was changed again or is gone.
    const later = own >= 0 ? held.slice(own + 1) : held.filter(({ item, told }) => (item.kind === "mask" ? item.revision > revision : told >= revision));
    return later.map(({ item }) => item);
  }

  #hold(subject: string, frame: number, item: Item, told: number): boolean {
    const write = this.#writes.get(keyOf(subject, frame));
    write?.held.push({ item, told });
    return write !== undefined;
  }

  #cut(removal: Extract<Item, { kind: "masks_removed" }>, told: number): Item[] {
    const frames = [...this.#writes.keys()]
      .map((key) => key.split(":"))
      .filter(([subject, frame]) => subject === removal.subject && Number(frame) >= removal.first && Number(frame) <= removal.last)
      .map(([, frame]) => Number(frame))
      .sort((a, b) => a - b);
    const pieces: Item[] = [];
    let first = removal.first;
    for (const frame of frames) {
      this.#hold(removal.subject, frame, { ...removal, first: frame, last: frame }, told);
      if (frame > first) pieces.push({ ...removal, first, last: frame - 1 });
      first = frame + 1;
    }
    if (first <= removal.last) pieces.push({ ...removal, first });
    return pieces;
  }
}

const keyOf = (subject: string, frame: number): string => `${subject}:${frame}`;
