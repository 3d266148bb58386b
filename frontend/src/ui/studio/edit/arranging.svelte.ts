/**
 * What a person does to the selected object as a whole or over some frames: each is one step of the history. None of it
 * goes through the outbox: a swap that is sent twice is none.
 */

import { ABSENT } from "../../../model/lanes";
import type { Range } from "../../../model/plan";
import type { Step, Subject } from "../../../model/types";
import * as api from "../../../net/arrange";
import { ApiError, sentenceOf } from "../../../net/http";
import { say } from "../../toasts.svelte";
import type { Studio } from "../studio.svelte";

export type Span = "frame" | "range" | "onward" | "clip";

export class Arranging {
  /** Which frames are meant; null: the range where there is one, else the frame shown. */
  span = $state<Span | null>(null);
  overlap = $state<api.Overlap>("union");
  working = $state(false);
  /** Counts up when versions may have changed. */
  versionTick = $state(0);

  readonly #studio: Studio;
  #other = $state<string | null>(null);

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get others(): readonly Subject[] {
    return this.#studio.subjects.filter((subject) => subject.id !== this.#studio.selectedId);
  }
  /** The object to merge or swap with: the chosen one, or the only one there is. */
  get other(): Subject | null {
    const { others } = this;
    return others.find((subject) => subject.id === this.#other) ?? (others.length === 1 ? (others[0] ?? null) : null);
  }
  choose(id: string): void {
    this.#other = id === "" ? null : id;
  }

  get spanNow(): Span {
    if (this.span === "range" && this.#studio.range === null) return "frame";
    return this.span ?? (this.#studio.range === null ? "frame" : "range");
  }
  get frames(): Range {
    const { frame, frames, range } = this.#studio;
    const here = { first: frame, last: frame };
    switch (this.spanNow) {
      case "frame":
        return here;
      case "range":
        return range ?? here;
      case "onward":
        return { first: frame, last: frames - 1 };
      case "clip":
        return { first: 0, last: frames - 1 };
    }
  }
  /** Whether the selected object is marked as absent on the frame shown. */
  get absentHere(): boolean {
    void this.#studio.laneTick;
    const lane = this.#studio.scene?.lanes.get(this.#studio.selectedId ?? "");
    return lane?.states[this.#studio.frame] === ABSENT;
  }

  split(): Promise<void> {
    return this.#do(({ id }) => api.split(id, this.#studio.frame), true);
  }
  merge(): Promise<void> {
    return this.#with((subject, other) => api.merge(subject.id, other.id, this.overlap));
  }
  swap(): Promise<void> {
    return this.#with((subject, other) => api.swap(subject.id, other.id, this.#studio.frame));
  }
  markAbsent(): Promise<void> {
    const { first, last } = this.frames;
    return this.#do(({ id }) => api.markAbsent(id, first, last, !this.absentHere));
  }
  clearMasks(): Promise<void> {
    const { first, last } = this.frames;
    return this.#do(({ id }) => api.clearMasks(id, first, last));
  }
  tidy(what: api.Mending, amount: number): Promise<void> {
    const { first, last } = this.frames;
    return this.#do(({ id }) => api.tidy(id, first, last, what, amount));
  }
  restore(version: api.Version): Promise<void> {
    return this.#do(() => api.restoreVersion(version.id));
  }
  async saveVersion(name: string): Promise<boolean> {
    const subject = this.#studio.selected;
    if (subject === null) return false;
    const kept = await this.#ask(() => api.saveVersion(subject.id, name));
    this.versionTick += 1;
    return kept;
  }
  async deleteVersion(version: api.Version): Promise<void> {
    await this.#ask(() => api.deleteVersion(version.id));
    this.versionTick += 1;
  }

  #with(work: (subject: Subject, other: Subject) => Promise<Step | null>): Promise<void> {
    const { other } = this;
    if (other === null) {
      if (this.#studio.selected !== null && this.others.length > 0) this.#studio.sheet = "edit";
      say(this.others.length === 0 ? "There is no second object." : "Choose the other object under Edit first.");
      return Promise.resolve();
    }
    return this.#do((subject) => work(subject, other));
  }

  async #do(work: (subject: Subject) => Promise<Step | null>, selects = false): Promise<void> {
    const subject = this.#studio.selected;
    if (subject === null) {
      say("Select an object first.");
      return;
    }
    await this.#ask(async () => {
      const step = await work(subject);
      if (step === null) say("There was nothing to change.");
      else say(`${step.title}.`, "note", { label: "Undo", run: () => void this.#studio.past.undo() });
      if (selects && step?.subject_id) this.#studio.select(step.subject_id);
    });
    this.#studio.past.wrote();
  }

  /** One at a time, after what this page is writing. True when it was done; otherwise it is said why not. */
  async #ask(work: () => Promise<unknown>): Promise<boolean> {
    if (this.working) return false;
    this.working = true;
    try {
      await this.#studio.edits.settled();
      await work();
      return true;
    } catch (error) {
      say(sentenceOf(error), "bad");
      if (!(error instanceof ApiError)) throw error;
      return false;
    } finally {
      this.working = false;
    }
  }
}
