/**
 * What a person changes in a clip: objects and boxes. Each change is shown at once, then written; one that the server
 * refuses is taken back. The server keeps each as a step of the clip's history: see past.svelte.ts.
 */

import { boxAround, sameBox } from "../../model/box";
import { nextColor } from "../../model/colors";
import { promptAt, withPrompt, withSubject } from "../../model/scene";
import type { Subject } from "../../model/types";
import { boxOf, type Box } from "../../model/units";
import * as api from "../../net/api";
import { ApiError, isUnreachable, sentenceOf } from "../../net/http";
import { newId } from "../../net/id";
import { openOutbox } from "../../net/outbox";
import { say } from "../toasts.svelte";
import type { Studio } from "./studio.svelte";

export type Saving = "saved" | "saving" | "failed";

export class Edits {
  /** Writes wait for the studio to be back. */
  waiting = $state(false);

  readonly #studio: Studio;
  readonly #outbox = openOutbox({
    isUnreachable,
    onWaiting: (waiting) => {
      this.waiting = waiting;
      if (waiting) say("The studio cannot be reached. What you do is kept here and sent when it is back.", "bad");
    },
  });
  #writes = $state(0);
  #writeFailed = $state(false);
  #busyPrompts = new Map<string, number>(); // boxes with writes under way, by object and frame
  #promptChain = new Map<string, Promise<unknown>>();
  #underWay = new Set<Promise<unknown>>();
  #making = new Set<Promise<unknown>>();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get saving(): Saving {
    return this.#writes > 0 ? "saving" : this.#writeFailed ? "failed" : "saved";
  }

  /** Whether this page is just writing a box: an echo of what it wrote before must not show. */
  isBusy(subject: string, frame: number): boolean {
    return this.#busyPrompts.has(`${subject}:${frame}`);
  }

  /** A drawn box: a key frame of the selected object, or a new object. */
  async drawBox(box: Box): Promise<void> {
    this.#studio.tool = "select";
    const { frame } = this.#studio;
    if (this.#studio.selected !== null) await this.setBox(this.#studio.selected.id, frame, box);
    else await this.#makeObject(frame, box);
  }

  async #makeObject(frame: number, box: Box): Promise<void> {
    const color = nextColor(this.#studio.subjects.map((subject) => subject.color));
    const id = newId();
    await this.write(async () => {
      const subject = await api.makeSubject(this.#studio.id, { id, color, prompt: { frame, box } });
      this.#showSubject(subject, false);
      this.#studio.select(subject.id);
      this.#showPrompt(subject.id, frame, box);
    });
  }

  /** Sets, moves or (with null) deletes the box of an object on a frame. */
  async setBox(subject: string, frame: number, box: Box | null): Promise<void> {
    if (this.#studio.scene === null || sameBox(promptAt(this.#studio.scene, subject, frame)?.box ?? null, box)) return;
    const key = `${subject}:${frame}`;
    const before = this.#studio.scene === null ? null : (promptAt(this.#studio.scene, subject, frame)?.box ?? null);
    this.#showPrompt(subject, frame, box);
    this.#busyPrompts.set(key, (this.#busyPrompts.get(key) ?? 0) + 1);
    // One write after the other for each box: the last one said is the last one kept.
    const earlier = this.#promptChain.get(key) ?? Promise.resolve();
    this.#making.add(earlier);
    void earlier.finally(() => this.#making.delete(earlier));
    const write = earlier.then(async () => {
      const newest = this.#busyPrompts.get(key) === 1;
      const ok = await this.write(async () => {
        if (box === null) await api.deletePrompt(subject, frame);
        else await api.putPrompt(subject, frame, box);
      });
      if (!ok && newest) this.#showPrompt(subject, frame, before);
      const left = (this.#busyPrompts.get(key) ?? 1) - 1;
      if (left > 0) this.#busyPrompts.set(key, left);
      else this.#busyPrompts.delete(key);
    });
    this.#promptChain.set(key, write);
    await write;
  }

  #showPrompt(subject: string, frame: number, box: Box | null): void {
    if (this.#studio.scene === null) return;
    const held = promptAt(this.#studio.scene, subject, frame);
    const prompt = { id: held?.id ?? "", subject_id: subject, frame, box: box ?? boxOf(0, 0, 0, 0) };
    this.#studio.scene = { ...this.#studio.scene, prompts: withPrompt(this.#studio.scene.prompts, prompt, box === null) };
    if (box !== null) this.#studio.changed = new Set([...this.#studio.changed, subject]);
    this.#studio.laneTick += 1;
    this.#studio.drawTick += 1;
  }

  deleteBox(): void {
    if (this.#studio.selected !== null && this.#studio.selectedPrompt !== null)
      void this.setBox(this.#studio.selected.id, this.#studio.frame, null);
    this.#studio.editing = false;
  }

  /** Makes a key frame from what the tracker found here, to be corrected, or a box in the middle. */
  makeKeyHere(): void {
    const subject = this.#studio.selected;
    if (subject === null || this.#studio.selectedPrompt !== null) return;
    const found = boxAround(this.#studio.masks?.mask(subject.id, this.#studio.frame)?.box ?? [], this.#studio.size);
    void this.setBox(subject.id, this.#studio.frame, found ?? this.#middleBox());
  }

  /** Lets the arrow keys move and size the selected box; with nothing selected a new object starts in the middle. */
  async startEditing(): Promise<void> {
    if (this.#studio.playing) this.#studio.pause();
    if (this.#studio.selected === null) await this.#makeObject(this.#studio.frame, this.#middleBox());
    else if (this.#studio.selectedPrompt === null) this.makeKeyHere();
    this.#studio.tool = "select";
    this.#studio.editing = true;
  }

  #middleBox(): Box {
    const { width, height } = this.#studio.size;
    const side = Math.round(Math.min(width, height) / 4);
    return boxOf(Math.round((width - side) / 2), Math.round((height - side) / 2), side, side);
  }

  async changeSubject(subject: Subject, change: Partial<Pick<Subject, "name" | "color" | "visible">>): Promise<void> {
    const held = this.#studio.subjects.find((other) => other.id === subject.id) ?? subject;
    this.#showSubject({ ...held, ...change }, false);
    const ok = await this.write(() => api.changeSubject(subject.id, change));
    if (!ok) this.#showSubject(held, false);
  }

  async deleteSubject(subject: Subject): Promise<void> {
    await this.#dropSubject(subject);
    say(`${subject.name} deleted.`, "note", { label: "Undo", run: () => void this.#bringSubject(subject.id) });
  }

  async #dropSubject(subject: Subject): Promise<void> {
    this.#showSubject(subject, true);
    if (this.#studio.selectedId === subject.id) this.#studio.select(null);
    const ok = await this.write(() => api.deleteSubject(subject.id));
    if (!ok) this.#showSubject(subject, false);
  }

  async #bringSubject(id: string): Promise<void> {
    await this.write(async () => {
      const subject = await api.restoreSubject(id);
      this.#showSubject(subject, false);
      this.#studio.select(subject.id);
      await this.#studio.reload();
    });
  }

  #showSubject(subject: Subject, deleted: boolean): void {
    if (this.#studio.scene === null) return;
    this.#studio.scene = { ...this.#studio.scene, subjects: withSubject(this.#studio.scene.subjects, subject, deleted) };
    this.#studio.tick();
  }

  /** Waits until what is being written is written. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Waits until what was done has its place among the writes: a stroke is run lengths before it is one. */
  async made(): Promise<void> {
    while (this.#making.size > 0) {
      await Promise.allSettled(this.#making);
      await new Promise((resolve) => setTimeout(resolve)); // what made it writes it first
    }
  }

  /** What is made of something before it is written: it is not saved yet, and an undo waits for it too. */
  async soon<T>(work: Promise<T>): Promise<T> {
    this.#making.add(work);
    try {
      return await this.#counted(work);
    } finally {
      this.#making.delete(work);
    }
  }

  /** Sends what is no write of the page's own, such as an undo: in its turn, and again while the studio cannot be reached. */
  send<T>(work: () => Promise<T>): Promise<T> {
    return this.#counted(this.#outbox.send(work));
  }

  async #counted<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    this.#writes += 1;
    try {
      return await work;
    } finally {
      this.#writes -= 1;
      this.#underWay.delete(work);
    }
  }

  /** The studio may be back: what waits is sent now. */
  retry(): void {
    this.#outbox.retry();
  }

  close(): void {
    this.#outbox.close();
  }

  /**
   * Runs a write after those before it, counts it for the "saved" mark, and says what went wrong. While the studio cannot
   * be reached it is kept and done again, so it has to be one that does no harm when it is done twice.
   */
  async write(work: () => Promise<unknown>): Promise<boolean> {
    this.#studio.past.wrote(); // an undo right behind it asks what there is to undo
    try {
      await this.send(work);
      this.#writeFailed = false;
      return true;
    } catch (error) {
      this.#writeFailed = true;
      say(sentenceOf(error), "bad");
      if (!(error instanceof ApiError)) throw error;
      return false;
    } finally {
      this.#studio.past.wrote();
    }
  }
}
