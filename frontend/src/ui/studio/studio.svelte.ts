/**
 * One open clip: the page's copy of the scene, the feed that keeps it, the player, and every action a person can take.
 * Components read its state and call its actions; nothing else fetches or seeks.
 */

import { frameCount, frameTable, timeOf, type FrameTable } from "../../model/frames";
import { drawnFrames, hasMask } from "../../model/lanes";
import { PendingMasks } from "../../model/pending";
import { planRun, type Follow, type Planned, type Range } from "../../model/plan";
import { applyItems, promptAt, sceneFrom, type Scene } from "../../model/scene";
import { isLive, type Direction, type Item, type Message, type Run, type Subject, type Weights } from "../../model/types";
import { clamp, videoSize, type Box, type VideoSize } from "../../model/units";
import * as api from "../../net/api";
import { sentenceOf } from "../../net/http";
import { openSocket, type Link, type LiveSocket } from "../../net/socket";
import { openMaskStore, type MaskStore } from "../../player/masks";
import { openPlayer, type Player, type Shown } from "../../player/player";
import { say } from "../toasts.svelte";
import { Edits } from "./edits.svelte";
import { Paint, isMaskTool } from "./paint.svelte";
import { Arranging } from "./edit/arranging.svelte";
import { Past } from "./past.svelte";
import { Review } from "./review.svelte";
import { Wipe } from "./wipe.svelte";

export type Tool = "select" | "box" | api.MaskTool | "pan";
export type Sheet = "track" | "export" | "objects" | "review" | "comments" | "compare" | "edit";
export const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4] as const;

const RUN_LOOK_MS = 3_000; // progress messages are hints and may be lost
const AHEAD_FRAMES = 30;

export class Studio {
  scene = $state.raw<Scene | null>(null);
  trouble = $state<string | null>(null);
  link = $state<Link>("connecting");
  run = $state.raw<Run | null>(null);
  weightsList = $state.raw<readonly Weights[]>([]);

  /** The frame on the screen, and the frame asked for (the same but for the moment of a seek). */
  frame = $state(0);
  target = $state(0);
  playing = $state(false);
  speed = $state<number>(1);
  muted = $state(false);
  loop = $state(false);
  range = $state.raw<Range | null>(null);

  selectedId = $state<string | null>(null);
  tool = $state<Tool>("select");
  /** Arrow keys move the selected box instead of the time. */
  editing = $state(false);
  direction = $state<Direction>("forward");
  untilAgrees = $state(false);
  follow = $state<Follow>("here");
  weights = $state<string | null>(null);
  /** Null is the weights' own. */
  profile = $state<string | null>(null);

  changed = $state.raw<ReadonlySet<string>>(new Set());
  starting = $state(false);
  /** Counts up when lanes changed in place, and when the stage has something new to draw. */
  laneTick = $state(0);
  drawTick = $state(0);

  table = $state.raw<FrameTable | null>(null);
  masks: MaskStore | null = null;
  exportNews = $state(0);
  /** Paints a frame as the film that the Export panel is about, where one is and it is wished to be seen. */
  film = $state.raw<((image: CanvasImageSource) => CanvasImageSource | null) | null>(null);
  preview = $state(true);

  /** What stands in place of the track panel, on a phone as a sheet over the page. */
  sheet = $state<Sheet | null>(null);

  readonly id: string;
  readonly edits: Edits;
  readonly past: Past;
  readonly arranging: Arranging;
  readonly paint: Paint;
  readonly pendingMasks = new PendingMasks();
  readonly review: Review;
  readonly wipe: Wipe;
  #player: Player | null = null;
  #socket: LiveSocket | null = null;
  #cursor = 0;
  #timer: number | undefined;
  #tickAsked = false;
  #closed = false;

  constructor(id: string) {
    this.id = id;
    this.edits = new Edits(this);
    this.past = new Past(this);
    this.arranging = new Arranging(this);
    this.paint = new Paint(this);
    this.review = new Review(this);
    this.wipe = new Wipe(this);
  }

  get frames(): number {
    return this.scene?.video.frame_count ?? 0;
  }
  get size(): VideoSize {
    const { width, height, pixel_aspect } = this.scene?.video ?? { width: 16, height: 9, pixel_aspect: 1 };
    return videoSize(width ?? 16, height ?? 9, pixel_aspect || 1);
  }
  get subjects(): readonly Subject[] {
    return this.scene?.subjects ?? [];
  }
  get selected(): Subject | null {
    return this.subjects.find((subject) => subject.id === this.selectedId) ?? null;
  }
  get selectedPrompt(): Box | null {
    return this.scene === null ? null : (promptAt(this.scene, this.selectedId, this.frame)?.box ?? null);
  }
  get runLive(): boolean {
    return this.run !== null && isLive(this.run.job);
  }
  get keyFrames(): readonly number[] {
    void this.laneTick;
    const of = this.selectedId;
    const prompts = (this.scene?.prompts ?? []).filter((prompt) => of === null || prompt.subject_id === of);
    const lanes = [...(this.scene?.lanes ?? [])].filter(([id]) => of === null || id === of);
    const drawn = lanes.flatMap(([, lane]) => drawnFrames(lane));
    return [...new Set([...prompts.map((prompt) => prompt.frame), ...drawn])].sort((a, b) => a - b);
  }
  /** Seconds since the first frame: a film's own clock may start elsewhere. */
  get time(): number {
    return this.table === null ? 0 : timeOf(this.table, this.frame) - timeOf(this.table, 0);
  }
  get shown(): Shown | null {
    return this.#player?.shown() ?? null;
  }

  planned(direction: Direction = this.direction): Planned {
    if (this.scene === null) return { ok: false, reason: "The clip is loading." };
    const { subjects, prompts, lanes } = this.scene;
    const { frame, frames, range, follow, changed, untilAgrees } = this;
    const selected = this.selectedId;
    return planRun({ subjects, prompts, lanes, frame, frames, range, direction, follow, selected, changed, untilAgrees });
  }

  // ---- opening and the feed ----

  async open(video: HTMLVideoElement): Promise<void> {
    try {
      const [answer, table] = await Promise.all([api.scene(this.id), api.frames(this.id)]);
      if (this.#closed) return;
      this.scene = sceneFrom(answer);
      this.#cursor = answer.revision;
      this.table = frameTable(table.pts, table.time_base);
      if (frameCount(this.table) !== this.frames)
        say(`The clip has ${this.frames} frames and its film shows ${frameCount(this.table)}. Upload it again.`, "bad");
      this.run = [...answer.runs].sort((a, b) => Number(isLive(b.job)) - Number(isLive(a.job)))[0] ?? null;
      this.selectedId = this.subjects[0]?.id ?? null;
      this.#openMasks();
      this.#openPlayer(video, this.table);
      this.#socket = openSocket({
        path: () => `/live/videos/${this.id}?after=${this.#cursor}`,
        onMessage: (message) => this.#receive(message),
        onLink: (link) => {
          this.link = link;
          if (link === "open") this.edits.retry();
        },
        onEnd: (sentence) => say(sentence, "bad", { label: "Reload", run: () => location.reload() }),
      });
      this.#timer = window.setInterval(() => void this.#lookAtRun(), RUN_LOOK_MS);
      if (this.scene.subjects.length === 0) this.tool = "box";
      this.weightsList = await api.weights();
    } catch (error) {
      if (this.scene === null) this.trouble = sentenceOf(error);
      else say(sentenceOf(error), "bad");
    }
  }

  #openMasks(): void {
    this.masks = openMaskStore({
      frameHeight: this.size.height,
      exists: (subject, frame) => hasMask(this.scene?.lanes.get(subject), frame),
      fetchBlock: (first, last, signal) => api.masks(this.id, first, Math.min(last, this.frames - 1), signal),
      onReady: (frame) => {
        if (frame === this.frame || frame < 0) this.drawTick += 1;
      },
    });
  }

  #openPlayer(video: HTMLVideoElement, table: FrameTable): void {
    video.src = this.scene?.video.proxy_url ?? "";
    this.#player = openPlayer(video, table, {
      onShown: ({ frame }) => {
        this.frame = frame;
        this.drawTick += 1;
        this.#lookAhead();
      },
      onTarget: (frame) => {
        this.target = frame;
      },
      onPlaying: (playing) => {
        this.playing = playing;
      },
      onTrouble: (sentence) => {
        if (sentence !== null) say(sentence, "bad");
      },
    });
  }

  close(): void {
    this.#closed = true;
    this.review.close();
    this.wipe.close();
    window.clearInterval(this.#timer);
    this.#socket?.close();
    this.#player?.close();
    this.masks?.close();
    this.paint.close();
    this.edits.close();
  }

  #lookAhead(): void {
    const wanted = this.subjects.filter((subject) => subject.visible).map(({ id, color }) => ({ subject: id, color }));
    const frames: number[] = [];
    const ahead = this.playing ? Math.ceil(AHEAD_FRAMES * Math.max(this.speed, 1)) : AHEAD_FRAMES;
    for (let by = 1; by <= ahead; by += 1) {
      if (this.frame + by < this.frames) frames.push(this.frame + by);
      if (!this.playing && by <= 10 && this.frame - by >= 0) frames.push(this.frame - by);
    }
    this.masks?.ahead(wanted, frames);
  }

  #receive(message: Message): void {
    if (message.type === "changes") {
      this.#apply(message.items, message.revision);
    } else if (message.type === "job") {
      if (message.job.kind === "export" || message.export_id) {
        this.exportNews += 1;
        return;
      }
      if (this.run?.job.id === message.job.id) this.#setRun({ ...this.run, job: message.job });
      else if (message.run_id) void this.#fetchRun(message.run_id);
    }
  }

  #apply(items: readonly Item[], revision: number): void {
    if (this.scene === null) return;
    this.#cursor = Math.max(this.#cursor, revision);
    // What this page is just writing is newer than an echo of what it wrote before.
    const fresh = this.pendingMasks.sift(items, revision).filter((item) => item.kind !== "prompt" || !this.edits.isBusy(item.subject_id, item.frame));
    this.scene = applyItems(this.scene, fresh, revision);
    if (this.selectedId !== null && this.selected === null) this.selectedId = null;
    this.masks?.apply(fresh);
    this.tick();
  }

  /** A drawn mask was answered (its revision) or refused: what the feed said of it meanwhile and is newer. */
  maskWritten(subject: string, frame: number, revision: number | null): void {
    const later = this.pendingMasks.end(subject, frame, revision);
    if (later.length > 0) this.#apply(later, this.#cursor);
  }

  /** At most one redraw of the lanes for each frame of the screen. */
  tick(): void {
    if (this.#tickAsked) return;
    this.#tickAsked = true;
    const done = (): void => {
      if (!this.#tickAsked) return;
      this.#tickAsked = false;
      this.laneTick += 1;
      this.drawTick += 1;
    };
    requestAnimationFrame(done);
    window.setTimeout(done, 250); // a hidden page has no animation frames
  }

  /** Reads the whole scene again: what came back with an object (key frames, lanes) is not in one item. */
  async reload(): Promise<void> {
    const answer = await api.scene(this.id);
    this.scene = sceneFrom(answer);
    this.#cursor = Math.max(this.#cursor, answer.revision);
    this.tick();
  }

  #setRun(run: Run): void {
    const ended = this.runLive && !isLive(run.job);
    this.run = run;
    if (ended && run.job.state === "failed") say(run.job.error ?? "Tracking failed. Press Track to try again.", "bad");
  }

  async #fetchRun(id: string): Promise<void> {
    try {
      const run = await api.run(id);
      if (this.run === null || this.run.id === run.id || isLive(run.job) || !this.runLive) this.#setRun(run);
    } catch {
      // A hint about a run that cannot be read now: the next look finds it.
    }
  }

  /** Reads the run again, with what its stages took so far. */
  async refreshRun(): Promise<void> {
    if (this.run !== null) await this.#fetchRun(this.run.id);
  }

  async #lookAtRun(): Promise<void> {
    if (this.run !== null && this.runLive) await this.#fetchRun(this.run.id);
  }

  // ---- time ----

  seek(frame: number): void {
    this.#player?.seek(clamp(Math.round(frame), 0, Math.max(this.frames - 1, 0)));
  }
  step(by: number): void {
    this.#player?.step(by);
  }
  togglePlay(): void {
    if (this.playing) this.#player?.pause();
    else {
      this.editing = false;
      this.#player?.play();
    }
  }
  pause(): void {
    this.#player?.pause();
  }
  setSpeed(speed: number): void {
    this.speed = speed;
    this.#player?.setSpeed(speed);
  }
  toggleMuted(): void {
    this.muted = !this.muted;
    this.#player?.setMuted(this.muted);
  }
  toggleLoop(): void {
    this.loop = !this.loop;
    this.#player?.setLoop(this.loop, this.range);
  }
  setRange(range: Range | null): void {
    const whole = range !== null && range.first <= 0 && range.last >= this.frames - 1;
    this.range = whole ? null : range;
    this.#player?.setLoop(this.loop, this.range);
  }
  setRangeIn(frame: number = this.target): void {
    this.setRange({ first: frame, last: Math.max(this.range?.last ?? this.frames - 1, frame) });
  }
  setRangeOut(frame: number = this.target): void {
    this.setRange({ first: Math.min(this.range?.first ?? 0, frame), last: frame });
  }
  // ---- choice ----

  toggleSheet(sheet: Sheet): void {
    this.sheet = this.sheet === sheet ? null : sheet;
  }

  select(id: string | null): void {
    this.selectedId = id;
    this.editing = false;
    this.drawTick += 1;
  }

  takeUp(tool: Tool): void {
    this.tool = tool;
    this.editing = false;
  }

  newObject(): void {
    this.select(null);
    if (!isMaskTool(this.tool)) this.tool = "box";
  }

  // ---- runs ----

  async track(direction: Direction = this.direction): Promise<void> {
    const planned = this.planned(direction);
    if (!planned.ok) {
      say(planned.reason);
      return;
    }
    if (this.starting || this.runLive) return;
    this.starting = true;
    await this.edits.write(async () => {
      const { plan } = planned;
      const { weights, profile } = this;
      this.run = await api.startRun(this.id, { ...plan, ...(weights !== null && { weights }), ...(profile !== null && { profile }) });
      const followed = plan.subjects ?? this.subjects.map((subject) => subject.id);
      this.changed = new Set([...this.changed].filter((id) => !followed.includes(id)));
    });
    this.starting = false;
  }

  async wish(what: "pause" | "resume" | "cancel"): Promise<void> {
    const { run } = this;
    if (run === null) return;
    await this.edits.write(async () => {
      const job = await api.wish(run.job.id, what);
      if (this.run?.id === run.id) this.#setRun({ ...this.run, job });
    });
  }
}
