/** One import from file to masks: sent, read, looked over by its person, written. */

import { isLive, type Import, type ImportKind } from "../../../model/types";
import * as api from "../../../net/api";
import { sentenceOf } from "../../../net/http";
import { sendForImport } from "../../../net/upload";

export type Phase = "choose" | "sending" | "reading" | "found" | "writing" | "done" | "failed";

const LOOK_MS = 400;

export class Importing {
  /** What is being imported now; a new file begins anew, and what is still on its way of an old one is passed over. */
  name = $state("");
  phase = $state<Phase>("choose");
  share = $state(0);
  trouble = $state<string | null>(null);
  row = $state.raw<Import | null>(null);
  kinds = $state.raw<readonly ImportKind[]>([]);
  mode = $state<"add" | "replace">("add");

  readonly #video: string;
  #turn = 0;

  constructor(video: string) {
    this.#video = video;
  }

  get busy(): boolean {
    return this.phase === "sending" || this.phase === "reading" || this.phase === "writing";
  }

  reset(): void {
    this.#turn += 1;
    if (this.row !== null && isLive(this.row.job)) void api.wish(this.row.job.id, "cancel").catch(() => null); // it may have ended
    this.phase = "choose";
    this.row = null;
    this.trouble = null;
  }

  async send(file: File): Promise<void> {
    this.reset();
    this.name = file.name;
    this.phase = "sending";
    this.share = 0;
    await this.#tried(async (turn) => {
      if (this.kinds.length === 0) this.kinds = await api.importKinds();
      const upload = await sendForImport(file, (sent, total) => {
        if (turn === this.#turn) this.share = sent / Math.max(total, 1);
      });
      if (turn !== this.#turn) return;
      await this.#follow(await api.startImport(this.#video, upload), "reading", "found", turn);
    });
  }

  async readAs(kind: string): Promise<void> {
    const { row } = this;
    if (row === null) return;
    await this.#tried(async (turn) => this.#follow(await api.readImport(row.id, kind), "reading", "found", turn));
  }

  async write(): Promise<void> {
    const { row } = this;
    if (row === null) return;
    await this.#tried(async (turn) => this.#follow(await api.writeImport(row.id, this.mode), "writing", "done", turn));
  }

  async #follow(begun: Import, during: Phase, after: Phase, turn: number): Promise<void> {
    this.row = begun;
    this.phase = during;
    while (isLive(this.row.job)) {
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
      if (turn !== this.#turn) return;
      this.row = await api.importOf(begun.id);
    }
    if (turn !== this.#turn) return;
    const done = this.row.job.state === "done";
    this.phase = done ? after : "failed";
    this.trouble = done ? null : (this.row.job.error ?? "The import was cancelled.");
  }

  async #tried(work: (turn: number) => Promise<void>): Promise<void> {
    this.trouble = null;
    this.#turn += 1;
    const turn = this.#turn;
    try {
      await work(turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.phase = "failed";
      this.trouble = sentenceOf(error);
    }
  }
}
