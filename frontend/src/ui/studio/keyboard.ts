/** Which key does what, and when a key is not the studio's: while somebody types, in a dialog, on a focused button. */

import { actionOf } from "../../model/keys";
import { editKey, paintKey, type Act } from "./actions";
import type { Studio } from "./studio.svelte";

/** What answers every key pressed on the page. */
export function keyboardOf(studio: Studio, act: Act): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.altKey || document.querySelector("dialog[open]") !== null || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      // A number that was entered is done: the keys are the studio's again.
      const isNumber = event.target instanceof HTMLInputElement && event.target.type === "number";
      if (isNumber && (event.key === "Enter" || event.key === "Escape")) event.target.blur();
      return;
    }
    if (editKey(studio, event) || paintKey(studio, event, act)) {
      event.preventDefault();
      return;
    }
    if (!event.ctrlKey && !event.metaKey && /^[1-9]$/.test(event.key)) {
      const subject = studio.subjects.find((item) => item.number === Number(event.key));
      if (subject !== undefined) studio.select(subject.id);
      return;
    }
    const action = actionOf(event);
    if (action === null) return;
    // What has the focus keeps its own keys: Space and Enter press a button, arrows move a slider.
    const { target } = event;
    const pressable = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement || target instanceof HTMLInputElement;
    if (pressable && (action === "play" || action === "editBox")) return;
    if (target instanceof HTMLInputElement && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    event.preventDefault();
    if (event.repeat && (action === "track" || action === "trackBoth" || action === "play")) return;
    act(action);
  };
}

function isTyping(target: EventTarget | null): target is HTMLElement {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement ||
      (target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "range"))
  );
}
