/** Two states of the clip side by side: what stands, and what stood before a step of its history, with a line between. */

import type { Step } from "../../model/types";
import { clamp } from "../../model/units";
import * as api from "../../net/api";
import { sentenceOf } from "../../net/http";
import { openMaskStore, type MaskStore } from "../../player/masks";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

export class Wipe {
  /** The step whose before is shown to the left of the line; null while nothing is compared. */
  step = $state.raw<Step | null>(null);
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
    return this.step !== null;
  }

  /** Compares with the clip before a step; null ends it. */
  async compare(step: Step | null): Promise<void> {
    this.close();
    this.step = step;
    this.#studio.drawTick += 1;
    if (step === null) return;
    const { id, frames } = this.#studio;
    this.before = openMaskStore({
      frameHeight: this.#studio.size.height,
      exists: () => true,
      fetchBlock: (first, last, signal) => api.masksBefore(id, step.ordinal, first, Math.min(last, frames - 1), signal),
      onReady: (frame) => {
        if (frame === this.#studio.frame) this.#studio.drawTick += 1;
      },
    });
    await this.measure();
  }

  /** Asks how far then and now agree, for the selected object if it changed, else for the first that did. */
  async measure(): Promise<void> {
    const { step } = this;
    if (step === null) return;
    try {
      const { frames } = await api.agreement(this.#studio.id, step.ordinal, this.#studio.selectedId);
      if (this.step === step) this.agreement = frames;
    } catch (error) {
      say(sentenceOf(error), "bad");
      if (this.step === step) await this.compare(null);
    }
  }

  move(by: number): void {
    this.place = clamp(this.place + by, 0, 1);
    this.#studio.drawTick += 1;
  }

  close(): void {
    this.before?.close();
    this.before = null;
    this.step = null;
    this.agreement = [];
  }
}
