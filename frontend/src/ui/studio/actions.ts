/** What each key and its button do. One place, so that a key and a button can never differ. */

import type { Action } from "../../model/keys";
import { moveBox, sizeBox } from "../../model/box";
import { isMaskTool } from "./paint.svelte";
import type { Studio } from "./studio.svelte";

export type Act = (action: Action) => void;

/** What the page itself has to do: the stage's view and the sheets. */
export type PageActs = {
  readonly fit: () => void;
  readonly zoomBy: (factor: number) => void;
  readonly giveUp: () => boolean;
  readonly help: () => void;
  readonly openImport: () => void;
  readonly closeSheet: () => boolean;
};

const ZOOM = 1.25;

export const actsOf = (studio: Studio, page: PageActs): Act => {
  const acts: Record<Action, () => void> = {
    play: () => studio.togglePlay(),
    preview: () => {
      studio.preview = !studio.preview;
    },
    back: () => studio.step(-1),
    forward: () => studio.step(1),
    back10: () => studio.step(-10),
    forward10: () => studio.step(10),
    first: () => studio.seek(0),
    last: () => studio.seek(studio.frames - 1),
    rangeIn: () => studio.setRangeIn(),
    rangeOut: () => studio.setRangeOut(),
    rangeClear: () => studio.setRange(null),
    loop: () => studio.toggleLoop(),
    doubtfulNext: () => studio.review.next(1),
    doubtfulPrevious: () => studio.review.next(-1),
    accept: () => void studio.review.accept(),
    review: () => studio.toggleSheet("review"),
    compare: () => studio.toggleSheet("compare"),
    comments: () => studio.toggleSheet("comments"),
    select: () => {
      studio.tool = "select";
    },
    box: () => {
      studio.tool = "box";
      studio.editing = false;
    },
    brush: () => studio.takeUp("brush"),
    eraser: () => studio.takeUp("eraser"),
    polygon: () => studio.takeUp("polygon"),
    brushSmaller: () => studio.paint.resize(-1),
    brushLarger: () => studio.paint.resize(1),
    polygonSubtract: () => {
      studio.paint.subtract = !studio.paint.subtract;
    },
    closePolygon: () => void studio.paint.closePolygon(),
    removeCorner: () => studio.paint.removeCorner(),
    pan: () => {
      studio.tool = "pan";
    },
    newObject: () => studio.newObject(),
    keyHere: () => studio.edits.makeKeyHere(),
    editBox: () => {
      if (studio.editing) studio.editing = false;
      else void studio.edits.startEditing();
    },
    deleteBox: () => studio.edits.deleteBox(),
    track: () => void studio.track(),
    trackBoth: () => void studio.track("both"),
    trackBetween: () => void studio.track("between"),
    untilAgrees: () => {
      studio.untilAgrees = !studio.untilAgrees;
    },
    cancel: () => {
      if (page.giveUp() || page.closeSheet()) return;
      if (studio.editing) studio.editing = false;
      else if (studio.tool !== "select") studio.tool = "select";
      else if (studio.runLive) void studio.wish("cancel");
      else studio.select(null);
    },
    edit: () => studio.toggleSheet("edit"),
    split: () => void studio.arranging.split(),
    merge: () => void studio.arranging.merge(),
    swap: () => void studio.arranging.swap(),
    absent: () => void studio.arranging.markAbsent(),
    clearMasks: () => void studio.arranging.clearMasks(),
    undo: () => void studio.past.undo(),
    redo: () => void studio.past.redo(),
    fit: page.fit,
    zoomIn: () => page.zoomBy(ZOOM),
    zoomOut: () => page.zoomBy(1 / ZOOM),
    help: page.help,
    export: () => studio.toggleSheet("export"),
    import: page.openImport,
  };
  return (action) => acts[action]();
};

/** Keys that mean something of their own while a mask is drawn. True when the key was for it. */
export const paintKey = (studio: Studio, event: KeyboardEvent, act: Act): boolean => {
  const { paint } = studio;
  if (!isMaskTool(studio.tool) || event.shiftKey || event.target instanceof HTMLButtonElement) return false;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z" && paint.isDrawing) {
    if (studio.tool === "polygon") act("removeCorner");
    else paint.giveUp(); // undo in a stroke undoes the stroke
    return true;
  }
  if (command) return false;
  if (event.key === "Enter") {
    if (paint.corners.length > 0) act("closePolygon");
    else act("select"); // each stroke is kept: this only puts the tool down
    return true;
  }
  if (event.key === "Backspace" && paint.corners.length > 0) {
    act("removeCorner");
    return true;
  }
  return false;
};

/** Arrow keys on the box that is being edited. True when the key was for it. */
export const editKey = (studio: Studio, event: KeyboardEvent): boolean => {
  const ways: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const way = ways[event.key];
  const [subject, box] = [studio.selected, studio.selectedPrompt];
  if (!studio.editing || way === undefined || subject === null || box === null) return false;
  const by = event.shiftKey ? 10 : 1;
  const change = event.ctrlKey || event.metaKey ? sizeBox : moveBox;
  void studio.edits.setBox(subject.id, studio.frame, change(box, way[0] * by, way[1] * by, studio.size));
  return true;
};
