/** How the masks look and how wide the panels are: remembered on this machine. */

import type { Look } from "../../canvas/draw";

const STORED = "studio.look";
const FIRST: Look = { masks: true, edges: true, boxes: true, names: false, fill: 0.4 };

const stored = (): Look => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORED) ?? "null");
    return typeof value === "object" && value !== null ? { ...FIRST, ...value } : FIRST;
  } catch {
    return FIRST;
  }
};

let look = $state.raw<Look>(stored());

export const currentLook = (): Look => look;

export const setLook = (change: Partial<Look>): void => {
  look = { ...look, ...change };
  localStorage.setItem(STORED, JSON.stringify(look));
};

/** A number that outlives the page: a panel's width, whether it is open. */
export const remembered = (name: string, fallback: number): { value: number } => {
  const key = `studio.${name}`;
  const held = localStorage.getItem(key);
  let value = $state(held === null || Number.isNaN(Number(held)) ? fallback : Number(held));
  return {
    get value() {
      return value;
    },
    set value(next: number) {
      value = next;
      localStorage.setItem(key, String(next));
    },
  };
};
