/** The pointer's form over a box's grips. */

import type { Grip } from "../../model/box";

export const CURSORS: Readonly<Record<Grip, string>> = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
  inside: "move",
};
