/** The library: the clips of one person, kept fresh by the feed, and the uploads of this page. */

import { paced, refusal, type Measured, type Pace } from "../../model/clip";
import type { Message, Me, Video } from "../../model/types";
import { isLive } from "../../model/types";
import * as api from "../../net/api";
import { sentenceOf } from "../../net/http";
import { openSocket, type LiveSocket } from "../../net/socket";
import { forget, heldBytes, sendFile, unfinished, type Sending, type Unfinished } from "../../net/upload";
import { say } from "../toasts.svelte";

export type UploadState = "checking" | "queued" | "sending" | "paused" | "stopped" | "refused" | "done";

export type UploadRow = {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly state: UploadState;
  readonly sent: number;
  readonly speed: number | null;
  readonly note: string | null;
};

export type Waiting = Unfinished & { readonly held: number | null };

const LOOK_MS = 3_000; // messages are hints and may be lost
const SEARCH_WAIT_MS = 200;
const MEASURE_MS = 4_000;
const MOST_AT_ONCE = 3; // uploads being sent; more would only share the same line

export class Library {
  videos = $state.raw<readonly Video[] | null>(null);
  trouble = $state<string | null>(null);
  me = $state.raw<Me | null>(null);
  uploads = $state.raw<readonly UploadRow[]>([]);
  waiting = $state.raw<readonly Waiting[]>([]);
  search = $state("");
  sort = $state<api.Sort>("created");
  order = $state<"asc" | "desc">("desc");
  making = $state(false);

  #files = new Map<number, File>();
  #sendings = new Map<number, Sending>();
  #paces = new Map<number, Pace>();
  #hidden = new Set<string>(); // deleted here, not yet gone from the server's list
  #socket: LiveSocket | null = null;
  #timer: number | undefined;
  #searchTimer: number | undefined;
  #nextId = 1;
  #asked = 0;

  async open(): Promise<void> {
    this.#socket = openSocket({
      path: () => "/live/library",
      onMessage: (message) => this.#receive(message),
      onLink: (link) => {
        if (link === "open") void this.look();
      },
      onEnd: (sentence) => say(sentence, "bad", { label: "Reload", run: () => location.reload() }),
    });
    this.#timer = window.setInterval(() => {
      if (this.videos?.some((video) => video.state === "uploaded" || video.state === "ingesting")) void this.look();
    }, LOOK_MS);
    window.addEventListener("beforeunload", this.#warn);
    await Promise.all([this.look(), this.#readMe(), this.#readWaiting()]);
  }

  close(): void {
    this.#socket?.close();
    window.clearInterval(this.#timer);
    window.clearTimeout(this.#searchTimer);
    window.removeEventListener("beforeunload", this.#warn);
    for (const sending of this.#sendings.values()) void sending.pause();
  }

  /** Nothing is lost when the tab closes, but the person may not know it. */
  #warn = (event: BeforeUnloadEvent): void => {
    if (this.uploads.some((row) => row.state === "sending")) event.preventDefault();
  };

  async look(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const videos = await api.videos(this.search.trim(), this.sort, this.order);
      if (asked !== this.#asked) return; // a newer question is on its way
      this.videos = videos.filter((video) => !this.#hidden.has(video.id));
      this.trouble = null;
    } catch (error) {
      this.trouble = sentenceOf(error);
    }
  }

  searchFor(text: string): void {
    this.search = text;
    window.clearTimeout(this.#searchTimer);
    this.#searchTimer = window.setTimeout(() => void this.look(), SEARCH_WAIT_MS);
  }

  sortBy(sort: api.Sort, order: "asc" | "desc"): void {
    this.sort = sort;
    this.order = order;
    void this.look();
  }

  async #readMe(): Promise<void> {
    try {
      this.me = await api.me();
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }

  #receive(message: Message): void {
    if (message.type === "job") {
      const { job } = message;
      const held = this.videos?.find((video) => video.id === message.video_id || video.job?.id === job.id);
      if (held === undefined || !isLive(job)) void this.look();
      else this.#put({ ...held, job });
    } else if (message.type === "changes") {
      for (const item of message.items) {
        if (item.kind !== "video") continue;
        if (item.deleted) this.videos = (this.videos ?? []).filter((video) => video.id !== item.id);
        else this.#put(item);
      }
    }
  }

  #put(video: Video): void {
    if (this.#hidden.has(video.id)) return;
    const known = this.videos?.some((other) => other.id === video.id) ?? false;
    if (known) this.videos = (this.videos ?? []).map((other) => (other.id === video.id ? video : other));
    else void this.look();
  }

  // ---- clips ----

  async rename(video: Video, title: string): Promise<void> {
    const clean = title.trim();
    if (clean === "" || clean === video.title) return;
    this.#put({ ...video, title: clean });
    try {
      this.#put(await api.renameVideo(video.id, clean));
    } catch (error) {
      this.#put(video);
      say(sentenceOf(error), "bad");
    }
  }

  async remove(video: Video): Promise<void> {
    this.#hidden.add(video.id);
    this.videos = (this.videos ?? []).filter((other) => other.id !== video.id);
    try {
      await api.deleteVideo(video.id);
      say(`${video.title} deleted.`, "note", { label: "Undo", run: () => void this.#restore(video) });
    } catch (error) {
      this.#hidden.delete(video.id);
      say(sentenceOf(error), "bad");
      await this.look();
    }
  }

  async #restore(video: Video): Promise<void> {
    try {
      await api.restoreVideo(video.id);
      this.#hidden.delete(video.id);
      await this.look();
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }

  /** Says of a clip that would go that it stays. */
  async keep(video: Video): Promise<void> {
    try {
      this.#put(await api.keepVideo(video.id));
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }

  async keepAll(videos: readonly Video[]): Promise<void> {
    for (const video of videos) await this.keep(video);
  }

  /** Has a clip that could not be taken in read once more. */
  async retry(video: Video): Promise<void> {
    try {
      this.#put(await api.retryVideo(video.id));
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }

  async makeSample(): Promise<void> {
    this.making = true;
    try {
      await api.makeSample();
      await this.look();
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
    this.making = false;
  }

  // ---- uploads ----

  add(files: Iterable<File>): void {
    for (const file of files) void this.#add(file);
  }

  async #add(file: File): Promise<void> {
    const id = this.#nextId++;
    const row: UploadRow = { id, name: file.name, size: file.size, state: "checking", sent: 0, speed: null, note: null };
    this.uploads = [row, ...this.uploads];
    const refused = this.me === null ? null : (refusal(file, this.me.limits, null) ?? refusal(file, this.me.limits, await measured(file)));
    if (refused !== null) {
      this.#change(id, { state: "refused", note: refused });
      return;
    }
    this.waiting = this.waiting.filter((item) => item.name !== file.name || item.size !== file.size);
    this.#files.set(id, file);
    this.#change(id, { state: "queued" });
    this.#sendNext();
  }

  /** Starts the uploads whose turn it is, the oldest first. */
  #sendNext(): void {
    while (this.uploads.filter((row) => row.state === "sending").length < MOST_AT_ONCE) {
      const next = this.uploads.findLast((row) => row.state === "queued");
      if (next === undefined) return;
      this.#change(next.id, { state: "sending", note: null });
      void this.#send(next.id);
    }
  }

  async #send(id: number): Promise<void> {
    const [file, begun] = [this.#files.get(id), this.#sendings.get(id)];
    if (begun !== undefined) begun.resume();
    if (begun !== undefined || file === undefined) return;
    const sending = await sendFile(file, {
      onProgress: (sent) => this.#progress(id, sent),
      onDone: () => {
        this.#drop(id);
        void this.look();
        void this.#readMe();
      },
      onError: (note) => {
        this.#change(id, { state: "stopped", note, speed: null });
        this.#sendNext();
      },
    });
    this.#sendings.set(id, sending);
  }

  #drop(id: number): void {
    for (const held of [this.#files, this.#sendings, this.#paces]) held.delete(id);
    this.uploads = this.uploads.filter((row) => row.id !== id);
    this.#sendNext();
  }

  #progress(id: number, sent: number): void {
    const now = performance.now();
    const pace = paced(this.#paces.get(id) ?? { at: now, sent, speed: null }, now, sent);
    this.#paces.set(id, pace);
    this.#change(id, { sent, speed: pace.speed });
  }

  #change(id: number, change: Partial<UploadRow>): void {
    this.uploads = this.uploads.map((row) => (row.id === id ? { ...row, ...change } : row));
  }

  async pause(id: number): Promise<void> {
    await this.#sendings.get(id)?.pause();
    this.#paces.delete(id);
    this.#change(id, { state: "paused", speed: null, note: null });
    this.#sendNext();
  }

  resume(id: number): void {
    this.#paces.delete(id);
    this.#change(id, { state: "queued", note: null });
    this.#sendNext();
  }

  async discard(id: number): Promise<void> {
    const sending = this.#sendings.get(id);
    this.#drop(id);
    try {
      await sending?.discard();
    } catch {
      // The server forgets an upload that nobody finishes by itself.
    }
  }

  async #readWaiting(): Promise<void> {
    const rows: Waiting[] = [];
    for (const item of await unfinished()) {
      try {
        const held = await heldBytes(item.url);
        if (held === null) await forget(item, false);
        else rows.push({ ...item, held });
      } catch {
        rows.push({ ...item, held: null });
      }
    }
    this.waiting = rows;
  }

  /** Goes on with an upload of another day; the browser needs the file once more. */
  goOn(item: Waiting, file: File): void {
    if (file.name !== item.name || file.size !== item.size) {
      say(`This is not the same file. Choose ${item.name} again.`, "bad");
      return;
    }
    void this.#add(file);
  }

  async forget(item: Waiting): Promise<void> {
    this.waiting = this.waiting.filter((other) => other.key !== item.key);
    try {
      await forget(item, true);
    } catch {
      // As above: it expires.
    }
  }
}

/** Length and size of the picture as this browser reads them, or null where it cannot. */
const measured = (file: File): Promise<Measured | null> =>
  new Promise((resolve) => {
    const video = document.createElement("video");
    const url = URL.createObjectURL(file);
    const done = (found: Measured | null): void => {
      window.clearTimeout(timer);
      video.removeAttribute("src");
      URL.revokeObjectURL(url);
      resolve(found);
    };
    const timer = window.setTimeout(() => done(null), MEASURE_MS);
    video.preload = "metadata";
    video.onloadedmetadata = () =>
      done(
        Number.isFinite(video.duration)
          ? { seconds: video.duration, width: video.videoWidth, height: video.videoHeight }
          : null,
      );
    video.onerror = () => done(null);
    video.src = url;
  });
