/** Short notes at the foot of the page: what happened, and where it can be undone, a button for it. */

export type Toast = {
  readonly id: number;
  readonly text: string;
  readonly kind: "note" | "bad";
  readonly action: { readonly label: string; readonly run: () => void } | null;
};

const NOTE_MS = 6_000;
const UNDO_MS = 15_000; // the server keeps what was deleted for longer

let shown = $state<readonly Toast[]>([]);
let nextId = 1;

export const toasts = (): readonly Toast[] => shown;

export const dismiss = (id: number): void => {
  shown = shown.filter((toast) => toast.id !== id);
};

export const say = (text: string, kind: "note" | "bad" = "note", action: Toast["action"] = null): void => {
  const toast: Toast = { id: nextId++, text, kind, action };
  shown = [...shown.filter((other) => other.text !== text), toast].slice(-3);
  window.setTimeout(() => dismiss(toast.id), action === null ? NOTE_MS : UNDO_MS);
};
