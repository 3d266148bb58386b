/**
 * Going back and forth in the clip's history, which the server keeps for all its pages. An undo is sent in its turn with
 * what this page writes, and again while the studio cannot be reached: one whose answer was lost is not done twice.
 */

import { nextRedo, nextUndo, withStanding } from "../../model/history";
import type { Step } from "../../model/types";
import * as api from "../../net/api";
import { ApiError, sentenceOf } from "../../net/http";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

export class Past {
  readonly #studio: Studio;
  #moves = $state(0); // asked for and not done yet
  #chain: Promise<void> = Promise.resolve();
  #stale = false;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Something is being undone or redone, or waits for its turn. */
  get moving(): boolean {
    return this.#moves > 0;
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
    return this.#step("undo");
  }

  redo(): Promise<void> {
    return this.#step("redo");
  }

  /** Undoes or redoes until this step is the newest that stands; null is before the first. */
  go(step: Step | null): Promise<void> {
    return this.#move(async () => this.#show(await api.goToStep(this.#studio.id, step?.ordinal ?? 0)));
  }

  #step(way: "undo" | "redo"): Promise<void> {
    let aim: Step | null = null;
    return this.#move(async () => {
      const asked = aim !== null; // and not answered: it may be done
      if (asked || this.#stale) await this.#refresh();
      aim ??= way === "undo" ? this.nextUndo : this.nextRedo;
      if (aim === null) return;
      const { ordinal, title } = aim;
      const stands = this.steps.find((step) => step.ordinal === ordinal);
      if (!asked || stands?.undone !== (way === "undo")) this.#show(await api.moveStep(this.#studio.id, way, ordinal));
      say(`${way === "undo" ? "Undid" : "Redid"}: ${title}`);
    });
  }

  /** Sends it after what was done before it, in the order of the keys that were pressed. */
  async #move(work: () => Promise<void>): Promise<void> {
    const { edits } = this.#studio;
    this.#moves += 1;
    let sent: Promise<void> = Promise.resolve();
    this.#chain = this.#chain.then(async () => {
      await edits.made();
      sent = edits.send(work);
      sent.catch(() => undefined); // it is waited for below
    });
    try {
      await this.#chain;
      await sent;
    } catch (error) {
      say(sentenceOf(error), "bad");
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "not-newest") this.#stale = true;
    } finally {
      this.#moves -= 1;
    }
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
