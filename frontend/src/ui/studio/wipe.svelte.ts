/**
 * Two states of the clip side by side with a line between: what stands, and what stood before a step of its history or
 * as a version of one object.
 */

import type { Step } from "../../model/types";
import { clamp } from "../../model/units";
import * as api from "../../net/api";
import type { Version } from "../../net/arrange";
import { sentenceOf } from "../../net/http";
import { openMaskStore, type MaskStore } from "../../player/masks";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

/** What is shown to the left of the line. */
export type Other = { readonly kind: "step"; readonly step: Step } | { readonly kind: "version"; readonly version: Version };

export class Wipe {
  /** Null while nothing is compared. */
  other = $state.raw<Other | null>(null);
  /** Where the line is, 0 at the stage's left edge and 1 at its right. */
  place = $state(0.5);
  /** Frame by frame how far then and now agree, 0 to 100; frames that are not in it are as they were. */
  agreement = $state.raw<readonly (readonly [frame: number, percent: number])[]>([]);
  before: MaskStore | null = null;

  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get on(): boolean {
    return this.other !== null;
  }
  /** Whether the left of the line has masks of an object's own; all others are there as they are. */
  tells(subject: string): boolean {
    return this.other !== null && (this.other.kind === "step" || this.other.version.subject_id === subject);
  }
  /** What the left of the line is called. */
  get word(): string {
    return this.other?.kind === "version" ? "version" : "before";
  }

  /** Compares with that; null ends it. */
  async compare(other: Other | null): Promise<void> {
    this.close();
    this.other = other;
    this.#studio.drawTick += 1;
    if (other === null) return;
    const { id, frames } = this.#studio;
    this.before = openMaskStore({
      frameHeight: this.#studio.size.height,
      exists: (subject) => this.tells(subject),
      fetchBlock: (first, end, signal) => {
        const last = Math.min(end, frames - 1);
        return other.kind === "step"
          ? api.masksBefore(id, other.step.ordinal, first, last, signal)
          : api.versionMasks(other.version.id, first, last, signal);
      },
      onReady: (frame) => {
        if (frame === this.#studio.frame) this.#studio.drawTick += 1;
      },
    });
    await this.measure();
  }

  /** Asks how far then and now agree: of a step for the selected object if it changed, else for the first that did. */
  async measure(): Promise<void> {
    const { other } = this;
    if (other === null) return;
    try {
      const { frames } =
        other.kind === "step"
          ? await api.agreement(this.#studio.id, other.step.ordinal, this.#studio.selectedId)
          : await api.versionAgreement(other.version.id);
      if (this.other === other) this.agreement = frames;
    } catch (error) {
      say(sentenceOf(error), "bad");
      if (this.other === other) await this.compare(null);
    }
  }

  move(by: number): void {
    this.place = clamp(this.place + by, 0, 1);
    this.#studio.drawTick += 1;
  }

  close(): void {
    this.before?.close();
    this.before = null;
    this.other = null;
    this.agreement = [];
  }
}
