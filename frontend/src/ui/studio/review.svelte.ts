/** The review queue of the open clip: fetched again when the clip changed, walked with two keys, emptied with a third. */

import { framesText, nextStretch, sameStretch, stretchAt } from "../../model/review";
import type { Stretch } from "../../model/types";
import * as api from "../../net/api";
import { ApiError } from "../../net/http";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

const REST_MS = 1_500; // after a change, for more of the same to come
const REST_IN_RUN_MS = 8_000; // a run changes the clip many times a second

export class Review {
  /** Null until the first answer. */
  list = $state.raw<readonly Stretch[] | null>(null);
  total = $state(0);

  readonly #studio: Studio;
  #timer: number | undefined;
  #asked = -1;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** The stretches of objects that are shown, the gravest first. */
  get shown(): readonly Stretch[] {
    const visible = new Set(this.#studio.subjects.filter((subject) => subject.visible).map((subject) => subject.id));
    return (this.list ?? []).filter((stretch) => visible.has(stretch.subject_id));
  }

  get here(): Stretch | null {
    return stretchAt(this.shown, this.#studio.target, this.#studio.selectedId);
  }

  /** The clip is at this revision now: look again soon. */
  changed(revision: number): void {
    if (revision === this.#asked || this.#timer !== undefined) return;
    const rest = this.list === null ? 0 : this.#studio.runLive ? REST_IN_RUN_MS : REST_MS;
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined;
      void this.#load();
    }, rest);
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #load(): Promise<void> {
    this.#asked = this.#studio.scene?.revision ?? -1;
    try {
      const answer = await api.review(this.#studio.id);
      this.list = answer.stretches;
      this.total = answer.total;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the next change asks again; the lanes say what is doubtful meanwhile
    }
    const now = this.#studio.scene?.revision ?? -1;
    if (now !== this.#asked) this.changed(now);
  }

  go(stretch: Stretch): void {
    this.#studio.pause();
    this.#studio.select(stretch.subject_id);
    this.#studio.seek(stretch.worst);
  }

  next(step: 1 | -1): void {
    const found = nextStretch(this.shown, this.#studio.target, step);
    if (found === null) say(step === 1 ? "No doubtful frame after this one." : "No doubtful frame before this one.");
    else this.go(found);
  }

  /** Finds a stretch right: it leaves the queue at once, and comes back when the server refuses. */
  async accept(stretch: Stretch | null = this.here): Promise<void> {
    if (stretch === null) {
      say("No doubtful frames here. Press . for the next ones.");
      return;
    }
    const before = this.list;
    this.list = (before ?? []).filter((other) => !sameStretch(other, stretch));
    this.total -= 1;
    const ok = await this.#studio.edits.write(() => api.accept(stretch.subject_id, stretch.first, stretch.last));
    if (ok) {
      const name = this.#studio.subjects.find((subject) => subject.id === stretch.subject_id)?.name ?? "object";
      say(`Accepted ${framesText(stretch)} of ${name}.`);
    } else {
      this.list = before;
      this.total += 1;
    }
  }
}
