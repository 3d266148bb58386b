/** Every action that has a key: one table for the buttons' titles, aria-keyshortcuts, the key handler and the list. */

export type Action =
  | "preview"
  | "play" | "back" | "forward" | "back10" | "forward10" | "first" | "last"
  | "rangeIn" | "rangeOut" | "rangeClear" | "loop" | "doubtfulNext" | "doubtfulPrevious" | "accept"
  | "select" | "box" | "pan" | "newObject" | "keyHere" | "editBox" | "deleteBox"
  | "brush" | "eraser" | "polygon" | "brushSmaller" | "brushLarger" | "polygonSubtract" | "closePolygon" | "removeCorner"
  | "track" | "trackBoth" | "trackBetween" | "untilAgrees" | "cancel" | "undo" | "redo" | "review" | "comments" | "compare"
  | "fit" | "zoomIn" | "zoomOut" | "help"
  | "export" | "import"
  | "edit" | "split" | "merge" | "swap" | "absent" | "clearMasks";

export type Key = {
  readonly action: Action;
  readonly group: "Time" | "Draw" | "Track" | "View";
  readonly label: string;
  /** As KeyboardEvent.key, lower case, with "shift+" or "ctrl+" before it. A sign that many keyboards lack has a letter too. */
  readonly keys: readonly string[];
  /** A key that means this only while that tool is in hand; the tool looks at it before anything else. */
  readonly only?: "polygon";
};

export const KEYS: readonly Key[] = [
  { action: "play", group: "Time", label: "Play or pause", keys: ["space"] },
  { action: "back", group: "Time", label: "Back 1 frame", keys: ["arrowleft"] },
  { action: "forward", group: "Time", label: "Forward 1 frame", keys: ["arrowright"] },
  { action: "back10", group: "Time", label: "Back 10 frames", keys: ["shift+arrowleft"] },
  { action: "forward10", group: "Time", label: "Forward 10 frames", keys: ["shift+arrowright"] },
  { action: "first", group: "Time", label: "First frame", keys: ["home"] },
  { action: "last", group: "Time", label: "Last frame", keys: ["end"] },
  { action: "rangeIn", group: "Time", label: "Start range here", keys: ["i"] },
  { action: "rangeOut", group: "Time", label: "End range here", keys: ["o"] },
  { action: "rangeClear", group: "Time", label: "Clear range", keys: ["x"] },
  { action: "loop", group: "Time", label: "Loop", keys: ["l"] },
  { action: "doubtfulNext", group: "Time", label: "Next doubtful frame", keys: ["."] },
  { action: "doubtfulPrevious", group: "Time", label: "Previous doubtful frame", keys: [","] },
  { action: "accept", group: "Time", label: "Accept the doubtful frames here", keys: ["y"] },
  { action: "select", group: "Draw", label: "Select", keys: ["v"] },
  { action: "box", group: "Draw", label: "Draw box", keys: ["b"] },
  { action: "brush", group: "Draw", label: "Brush", keys: ["m"] },
  { action: "eraser", group: "Draw", label: "Eraser", keys: ["e"] },
  { action: "polygon", group: "Draw", label: "Polygon", keys: ["p"] },
  { action: "brushSmaller", group: "Draw", label: "Smaller brush", keys: ["[", "d"] },
  { action: "brushLarger", group: "Draw", label: "Larger brush", keys: ["]", "f"] },
  { action: "polygonSubtract", group: "Draw", label: "Polygon takes away", keys: ["shift+p"] },
  { action: "closePolygon", group: "Draw", label: "Close polygon", keys: ["enter"], only: "polygon" },
  { action: "removeCorner", group: "Draw", label: "Remove last corner", keys: ["backspace"], only: "polygon" },
  { action: "pan", group: "Draw", label: "Pan", keys: ["h"] },
  { action: "newObject", group: "Draw", label: "New object", keys: ["n"] },
  { action: "keyHere", group: "Draw", label: "Make key frame here", keys: ["k"] },
  { action: "editBox", group: "Draw", label: "Edit box with arrow keys", keys: ["enter"] },
  { action: "deleteBox", group: "Draw", label: "Delete box", keys: ["delete", "backspace"] },
  { action: "split", group: "Draw", label: "Split object here", keys: ["s"] },
  { action: "merge", group: "Draw", label: "Merge with the other object", keys: ["g"] },
  { action: "swap", group: "Draw", label: "Swap objects from here", keys: ["shift+s"] },
  { action: "absent", group: "Draw", label: "Mark absent or not", keys: ["shift+a"] },
  { action: "clearMasks", group: "Draw", label: "Delete masks of the frames", keys: ["shift+delete", "shift+backspace"] },
  { action: "undo", group: "Draw", label: "Undo", keys: ["ctrl+z"] },
  { action: "redo", group: "Draw", label: "Redo", keys: ["ctrl+shift+z", "ctrl+y"] },
  { action: "track", group: "Track", label: "Track", keys: ["t"] },
  { action: "trackBoth", group: "Track", label: "Track both ways", keys: ["shift+t"] },
  { action: "trackBetween", group: "Track", label: "Track between key frames", keys: ["shift+k"] },
  { action: "untilAgrees", group: "Track", label: "Stop where it agrees", keys: ["shift+u"] },
  { action: "cancel", group: "Track", label: "Cancel", keys: ["escape"] },
  { action: "review", group: "View", label: "Review queue", keys: ["r"] },
  { action: "comments", group: "View", label: "Comments", keys: ["c"] },
  { action: "compare", group: "View", label: "Compare then and now", keys: ["w"] },
  { action: "fit", group: "View", label: "Fit picture", keys: ["0"] },
  { action: "zoomIn", group: "View", label: "Zoom in", keys: ["+", "="] },
  { action: "zoomOut", group: "View", label: "Zoom out", keys: ["-"] },
  { action: "preview", group: "View", label: "Preview of a film", keys: ["shift+f"] },
  { action: "export", group: "View", label: "Export", keys: ["shift+e"] },
  { action: "import", group: "View", label: "Import", keys: ["shift+i"] },
  { action: "edit", group: "View", label: "Edit and history", keys: ["shift+h"] },
  { action: "help", group: "View", label: "Show keys", keys: ["?"] },
];

const BY_KEY = new Map(KEYS.filter((key) => key.only === undefined).flatMap((key) => key.keys.map((name) => [name, key.action] as const)));
const BY_ACTION = new Map(KEYS.map((key) => [key.action, key] as const));

export type KeyPress = {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
};

/** The action a key press means, or null. On a Mac, Command is Control. */
export const actionOf = (press: KeyPress): Action | null => {
  const name = press.key === " " ? "space" : press.key.toLowerCase();
  const command = press.ctrlKey || press.metaKey;
  const isSign = name.length === 1 && !/[a-z0-9]/.test(name); // "?" already says that Shift was held
  const shifted = press.shiftKey && !isSign;
  return BY_KEY.get(`${command ? "ctrl+" : ""}${shifted ? "shift+" : ""}${name}`) ?? null;
};

const WORDS: Readonly<Record<string, string>> = {
  space: "Space", arrowleft: "←", arrowright: "→", home: "Home", end: "End", enter: "Enter",
  delete: "Delete", backspace: "Backspace", escape: "Esc", ctrl: "Ctrl", shift: "Shift",
};

const parts = (name: string): string[] => (name === "+" ? ["+"] : name.split("+"));

export const labelOf = (action: Action): string => BY_ACTION.get(action)?.label ?? action;

/** The keys as a person reads them: "Ctrl Shift Z", "Ctrl Y". */
export const keyTexts = (action: Action): readonly string[] => {
  const read = (name: string): string => parts(name).map((part) => WORDS[part] ?? part.toUpperCase()).join(" ");
  return (BY_ACTION.get(action)?.keys ?? []).map(read);
};

export const keyText = (action: Action): string => keyTexts(action).join(" or ");

const ARIA: Readonly<Record<string, string>> = {
  space: "Space", arrowleft: "ArrowLeft", arrowright: "ArrowRight", home: "Home", end: "End", enter: "Enter",
  delete: "Delete", backspace: "Backspace", escape: "Escape", ctrl: "Control", shift: "Shift", "+": "Plus",
};

/** The keys for aria-keyshortcuts: "Control+Shift+Z Control+Y". */
export const ariaKeys = (action: Action): string =>
  (BY_ACTION.get(action)?.keys ?? []).map((name) => parts(name).map((part) => ARIA[part] ?? part.toUpperCase()).join("+")).join(" ");

/** A button's tooltip: "Draw box (B)". */
export const titleOf = (action: Action): string => `${labelOf(action)} (${keyText(action)})`;
