/** Going back and forth in the clip's history, which the server keeps for all its pages. */

import { nextRedo, nextUndo, withStanding } from "../../model/history";
import type { Step } from "../../model/types";
import * as api from "../../net/api";
import { ApiError, sentenceOf } from "../../net/http";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

export class Past {
  /** What is being undone or redone, one after the other. */
  moving = $state(false);

  readonly #studio: Studio;
  #chain: Promise<void> = Promise.resolve();
  #stale = false;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Oldest first, those that are undone at the end. */
  get steps(): readonly Step[] {
    return this.#studio.scene?.steps ?? [];
  }
  get nextUndo(): Step | null {
    return nextUndo(this.steps);
  }
  get nextRedo(): Step | null {
    return nextRedo(this.steps);
  }

  /** This page wrote something whose step it has perhaps not been told yet. */
  wrote(): void {
    this.#stale = true;
  }

  undo(): Promise<void> {
    return this.#move(async () => {
      const step = this.nextUndo;
      if (step === null) return;
      this.#show(await api.moveStep(this.#studio.id, "undo", step.ordinal));
      say(`Undid: ${step.title}`);
    });
  }

  redo(): Promise<void> {
    return this.#move(async () => {
      const step = this.nextRedo;
      if (step === null) return;
      this.#show(await api.moveStep(this.#studio.id, "redo", step.ordinal));
      say(`Redid: ${step.title}`);
    });
  }

  /** Undoes or redoes until this step is the newest that stands; null is before the first. */
  go(step: Step | null): Promise<void> {
    return this.#move(async () => this.#show(await api.goToStep(this.#studio.id, step?.ordinal ?? 0)));
  }

  #move(work: () => Promise<void>): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      this.moving = true;
      try {
        await this.#studio.edits.settled();
        if (this.#stale) await this.#refresh();
        await work();
      } catch (error) {
        say(sentenceOf(error), "bad");
        if (!(error instanceof ApiError)) throw error;
        if (error.code === "not-newest") this.#stale = true;
      } finally {
        this.moving = false;
      }
    });
    return this.#chain;
  }

  async #refresh(): Promise<void> {
    const { steps } = await api.history(this.#studio.id);
    if (this.#studio.scene !== null) this.#studio.scene = { ...this.#studio.scene, steps };
    this.#stale = false;
  }

  #show(moved: api.Moved): void {
    const { scene } = this.#studio;
    if (scene !== null) this.#studio.scene = { ...scene, steps: withStanding(scene.steps, moved.steps) };
  }
}
