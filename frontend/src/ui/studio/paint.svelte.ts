/**
 * Brush, eraser and polygon on the mask of an object in the frame that is shown. Ink is pixels from the first touch on;
 * the end of a stroke shows the mask it made at once, writes it, and takes it back should the server refuse it.
 */

import { nextColor, rgbOf } from "../../model/colors";
import { ABSENT, EDITED, EMPTY, clearRange, emptyLane, setFrame } from "../../model/lanes";
import { copyOf, maskFrom, nextSize, paintLine, paintPolygon, type Bitmask, type Rect } from "../../model/paint";
import { cropOf, readCounts } from "../../model/rle";
import { withSubject } from "../../model/scene";
import type { MaskItem, Subject } from "../../model/types";
import type { VideoPoint } from "../../model/units";
import * as api from "../../net/api";
import { newId } from "../../net/id";
import { openPainter, type Painter } from "../../player/painter";
import { say } from "../toasts.svelte";
import { currentLook, remembered } from "./look.svelte";
import type { Studio, Tool } from "./studio.svelte";

/** A mask under the brush: whose, where, and its pixels as they are now. */
type Sheet = {
  readonly subject: string;
  readonly frame: number;
  readonly color: string;
  /** The object this makes; null when it was there before. */
  readonly makes: Subject | null;
  mask: Bitmask;
  /** What the store had when the pixels were read from it: they hold as long as it has that. */
  item: MaskItem | null;
  /** Strokes on their way through the worker. */
  finishing: number;
};

type Stroke = { readonly tool: api.MaskTool; readonly erase: boolean; readonly before: Bitmask; last: VideoPoint };

const NO_COUNTS = new Uint8Array();
const LATEST_MS = 200; // a busy page lays out the next stroke after this long all the same

export const isMaskTool = (tool: Tool): tool is api.MaskTool => tool === "brush" || tool === "eraser" || tool === "polygon";

export class Paint {
  /** Across, in video pixels. */
  readonly size = remembered("brush-size", 40);
  /** Whether a polygon takes away. */
  subtract = $state(false);
  corners = $state.raw<readonly VideoPoint[]>([]);
  /** The mask that PaintLayer draws instead of the stage. */
  open = $state.raw<{ readonly subject: string; readonly frame: number; readonly color: string } | null>(null);
  /** Draws what changed; set by PaintLayer. */
  onInk: (dirty: Rect) => void = () => undefined;

  readonly #studio: Studio;
  readonly #kept = new WeakMap<MaskItem, MaskItem | null>(); // what came of a drawn mask: for one drawn over it
  #painter: Painter | null = null;
  #sheet: Sheet | null = null;
  #stroke: Stroke | null = null;
  #looking = false;
  #closed = false;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get mask(): Bitmask | null {
    return this.#sheet?.mask ?? null;
  }

  /** Whether a stroke or a polygon is under way. */
  get isDrawing(): boolean {
    return this.#stroke !== null || this.corners.length > 0;
  }

  /** What is shown or in hand changed: lays out what the next stroke goes on, so that its touch costs no more than a move. */
  look(): void {
    if (this.#next() === null) this.#layOut();
    else if (!this.#looking) {
      this.#looking = true;
      whenIdle(() => {
        this.#looking = false;
        if (!this.#closed) this.#layOut();
      });
    }
  }

  isOpen(subject: string, frame: number): boolean {
    return this.open !== null && this.open.subject === subject && this.open.frame === frame;
  }

  resize(step: 1 | -1): void {
    this.size.value = nextSize(this.size.value, step);
  }

  // ---- strokes ----

  /** The pointer went down: true when a stroke began. */
  down(at: VideoPoint, erase: boolean): boolean {
    const { tool } = this.#studio;
    if (!isMaskTool(tool)) return false;
    if (this.#studio.playing) this.#studio.pause();
    if (tool === "polygon") return this.#canDraw(this.subtract || erase); // its corner is where the pointer goes up
    const takes = erase || tool === "eraser";
    if (!this.#canDraw(takes)) return false;
    this.#openSheet();
    const sheet = this.#sheet;
    if (sheet === null) return false;
    this.#stroke = { tool, erase: takes, before: copyOf(sheet.mask), last: at };
    this.move([at]);
    return true;
  }

  /** The pointer went on, through these places since the last time. */
  move(places: readonly VideoPoint[]): void {
    const [sheet, stroke] = [this.#sheet, this.#stroke];
    if (sheet === null || stroke === null) return;
    if (sheet.frame !== this.#studio.frame) {
      void this.up(); // the picture went on under the brush: what was painted stays on its frame
      return;
    }
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const place of places) {
      const { mask, dirty } = paintLine(sheet.mask, stroke.last, place, this.size.value, stroke.erase);
      sheet.mask = mask;
      stroke.last = place;
      if (dirty.width === 0 || dirty.height === 0) continue;
      [left, top] = [Math.min(left, dirty.x), Math.min(top, dirty.y)];
      [right, bottom] = [Math.max(right, dirty.x + dirty.width), Math.max(bottom, dirty.y + dirty.height)];
    }
    if (right > left) this.onInk({ x: left, y: top, width: right - left, height: bottom - top });
  }

  async up(): Promise<void> {
    const [sheet, stroke] = [this.#sheet, this.#stroke];
    this.#stroke = null;
    if (sheet !== null && stroke !== null) await this.#finish(sheet, stroke.tool);
  }

  // ---- polygons ----

  addCorner(at: VideoPoint, subtract: boolean): void {
    if (subtract) this.subtract = true;
    this.corners = [...this.corners, at];
  }

  removeCorner(): void {
    this.corners = this.corners.slice(0, -1);
  }

  async closePolygon(): Promise<void> {
    const { corners } = this;
    if (corners.length < 3) {
      say(`A polygon has at least 3 corners, this one has ${corners.length}.`);
      return;
    }
    if (!this.#canDraw(this.subtract)) return;
    this.#openSheet();
    const sheet = this.#sheet;
    if (sheet === null) return;
    this.corners = [];
    const { mask, dirty } = paintPolygon(sheet.mask, corners, this.subtract);
    sheet.mask = mask;
    this.onInk(dirty);
    await this.#finish(sheet, "polygon");
  }

  /** Takes back the stroke under way. Whether there was one. */
  giveUpStroke(): boolean {
    const [sheet, stroke] = [this.#sheet, this.#stroke];
    this.#stroke = null;
    if (sheet === null || stroke === null) return false;
    sheet.mask = stroke.before;
    this.open = { subject: sheet.subject, frame: sheet.frame, color: sheet.color }; // drawn anew, as it was
    if (sheet.finishing === 0) this.#layOut();
    return true;
  }

  /** Takes back the stroke under way, or the corners of a polygon. Whether there was something to give up. */
  giveUp(): boolean {
    if (this.giveUpStroke()) return true;
    const had = this.corners.length > 0;
    this.corners = [];
    return had;
  }

  close(): void {
    this.#closed = true;
    this.#painter?.close();
  }

  // ---- what is painted on ----

  /** The object that a stroke would go on, where its mask can be shown as ink already. */
  #next(): Subject | null {
    const { tool, playing, wipe, selected, film, preview } = this.#studio;
    const shown = selected !== null && selected.visible && currentLook().masks && !(film !== null && preview);
    return isMaskTool(tool) && !playing && !wipe.on && shown ? selected : null;
  }

  /** Opens the sheet of the next stroke, and lets go of one that none will follow on. */
  #layOut(): void {
    const [held, next] = [this.#sheet, this.#next()];
    const { frame } = this.#studio;
    if (this.#stroke !== null || (held !== null && held.finishing > 0 && held.frame === frame)) return;
    if (next === null) {
      this.open = null;
      return;
    }
    this.#painter ??= openPainter();
    if (!this.#hasMask(next)) this.open = null;
    else this.#openSheet();
  }

  /** Whether what stands of an object in the frame shown is here, be it nothing. */
  #hasMask(subject: Subject): boolean {
    const { frame, masks, scene } = this.#studio;
    const state = scene?.lanes.get(subject.id)?.states[frame] ?? EMPTY;
    return state === EMPTY || (masks?.mask(subject.id, frame) ?? null) !== null;
  }

  /** Makes the sheet that of the selected object, or of a new one, in the frame shown, as the store has it now. */
  #openSheet(): void {
    const { frame, selected, masks } = this.#studio;
    const held = this.#sheet;
    const item = selected === null ? null : (masks?.mask(selected.id, frame) ?? null);
    const holds = held !== null && selected !== null && held.subject === selected.id && held.frame === frame;
    if (holds && (held.finishing > 0 || (held.color === selected.color && sameMask(held.item, item)))) {
      if (held.finishing === 0) held.item = item;
      if (!this.isOpen(held.subject, frame)) this.open = { subject: held.subject, frame, color: held.color };
      return;
    }
    const { width, height } = this.#studio.size;
    const crop = item === null || item.counts.length === 0 ? null : cropOf(readCounts(item.counts), height);
    const makes = selected === null ? this.#newSubject() : null;
    const { id: subject, color } = selected ?? makes ?? { id: "", color: "" };
    this.#sheet = { subject, frame, color, makes, mask: maskFrom(crop, width, height), item, finishing: 0 };
    this.open = { subject, frame, color };
  }

  #canDraw(takes: boolean): boolean {
    const { selected, frame, scene } = this.#studio;
    if (scene === null) return false;
    if (selected === null && takes) say("Select the object to take from.");
    else if (selected !== null && !selected.visible) say(`${selected.name} is hidden. Show it to draw on it.`);
    else if (selected !== null && !this.#hasMask(selected)) say(`The mask of frame ${frame} is not here yet. Draw again in a moment.`);
    else return true;
    return false;
  }

  #newSubject(): Subject {
    const { subjects } = this.#studio;
    const number = Math.max(0, ...subjects.map((subject) => subject.number)) + 1;
    const color = nextColor(subjects.map((subject) => subject.color));
    return { id: newId(), number, name: `object ${number}`, color, visible: true };
  }

  // ---- the end of a stroke ----

  async #finish(sheet: Sheet, tool: api.MaskTool): Promise<void> {
    const { scene, masks } = this.#studio;
    if (scene === null || masks === null) return;
    const makes = sheet.makes !== null && !scene.subjects.some((subject) => subject.id === sheet.subject) ? sheet.makes : null;
    if (makes !== null) this.#show(makes, false); // at once: the next stroke is on this object, not on another new one
    sheet.finishing += 1;
    this.#painter ??= openPainter();
    const { counts, made } = await this.#studio.edits.soon(this.#painter.finish(sheet.mask, rgbOf(sheet.color)));
    sheet.finishing -= 1;
    if (makes !== null && made.area === 0) {
      this.#show(makes, true); // beside the picture: nothing was drawn
      this.open = null;
      return;
    }
    const before = masks.mask(sheet.subject, sheet.frame);
    const pixels = made.area > 0 ? counts : NO_COUNTS;
    const changed = makes !== null || !sameBytes(pixels, before?.counts ?? NO_COUNTS);
    const drawn: MaskItem = {
      kind: "mask",
      subject: sheet.subject,
      frame: sheet.frame,
      counts: pixels,
      score: 1,
      box: made.area > 0 ? (before?.box ?? []) : [], // the old one until the server has made the new
      state: made.area > 0 ? EDITED : ABSENT,
      revision: Infinity,
    };
    const lane = scene.lanes.get(sheet.subject);
    const [state, score] = [lane?.states[sheet.frame] ?? EMPTY, lane?.scores[sheet.frame] ?? 0];
    if (changed) {
      if (lane !== undefined) setFrame(lane, sheet.frame, 100, drawn.state);
      masks.put(drawn, sheet.color, made);
      sheet.item = drawn;
      this.#studio.changed = new Set([...this.#studio.changed, sheet.subject]); // to be tracked from here anew
    }
    if (sheet.finishing === 0) this.#layOut();
    this.#studio.tick();
    if (!changed) return;
    const size = [sheet.mask.frameHeight, sheet.mask.frameWidth] as const;
    const kept = await this.#write(drawn, { size, counts: new TextDecoder().decode(counts), tool }, makes);
    if (kept === null && lane !== undefined) {
      // Refused: what stood there before.
      if (state === EMPTY) clearRange(lane, sheet.frame, sheet.frame);
      else setFrame(lane, sheet.frame, score, state);
    }
    const stands = kept ?? (before === null ? null : (this.#kept.get(before) ?? before));
    this.#kept.set(drawn, stands);
    masks.settle(drawn, stands);
    if (sheet.item === drawn) {
      sheet.item = stands;
      if (kept === null && this.#sheet === sheet && this.#stroke === null) {
        this.#sheet = null; // what was refused is still among its pixels: they are read anew
        this.#layOut();
      }
    }
    this.#studio.maskWritten(drawn.subject, drawn.frame, kept?.revision ?? null);
  }

  /** Sends it, after what was done before it; null when it is refused. */
  async #write(drawn: MaskItem, mask: api.DrawnMask, makes: Subject | null): Promise<MaskItem | null> {
    let kept: MaskItem | null = null;
    let made = makes === null;
    this.#studio.pendingMasks.begin(drawn.subject, drawn.frame);
    await this.#studio.edits.write(async () => {
      const { frame } = drawn;
      if (makes !== null) {
        const { id, color } = makes;
        this.#show(await api.makeSubject(this.#studio.id, { id, color, mask: { ...mask, frame } }), false);
        made = true;
      }
      // Of a mask that stands there already, with its object, this only asks what it is kept as.
      const { score, box, state, revision } = await api.putMask(drawn.subject, drawn.frame, mask);
      kept = { ...drawn, score, box, state, revision };
    });
    if (!made && makes !== null) this.#show(makes, true);
    return kept;
  }

  #show(subject: Subject, gone: boolean): void {
    const { scene } = this.#studio;
    if (scene === null) return;
    if (!gone && !scene.lanes.has(subject.id)) scene.lanes.set(subject.id, emptyLane(this.#studio.frames));
    this.#studio.scene = { ...scene, subjects: withSubject(scene.subjects, subject, gone) };
    if (!gone && this.#studio.selectedId === null) this.#studio.select(subject.id);
    if (gone && this.#studio.selectedId === subject.id) this.#studio.select(null);
  }
}

/** Whether the pixels are the same: a mask that came back from the server is still what was read. */
const sameMask = (a: MaskItem | null, b: MaskItem | null): boolean =>
  a === b || (a !== null && b !== null && sameBytes(a.counts, b.counts));

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);

const whenIdle = (work: () => void): void => {
  if ("requestIdleCallback" in window) window.requestIdleCallback(work, { timeout: LATEST_MS });
  else setTimeout(work); // not in every browser
};
