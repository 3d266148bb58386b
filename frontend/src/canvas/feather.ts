/** Soft edges, as the server's `cover.py` has them: by the distance of a pixel to the edge. */

import { distances } from "../model/distance";
import type { Layer } from "./layers";

/** Fades the opaque part of a layer within `inward` px of its edge, or beyond it within `outward` px. */
export const softened = ({ canvas, context }: Layer, inward: number, outward: number): void => {
  const { width, height } = canvas;
  const image = context.getImageData(0, 0, width, height);
  const { data } = image;
  const inside = new Uint8Array(width * height);
  for (let at = 0; at < inside.length; at += 1) inside[at] = (data[4 * at + 3] ?? 0) > 127 ? 1 : 0;
  if (outward > 0) for (let at = 0; at < inside.length; at += 1) inside[at] = 1 - (inside[at] ?? 0);
  const reach = Math.max(inward, outward) + 1;
  const far = distances(inside, width, height); // 1 at the edge; where the border cuts an object off there is no edge
  for (let at = 0; at < inside.length; at += 1) {
    const share = Math.min((far[at] ?? 0) / reach, 1);
    data[4 * at + 3] = Math.round(255 * (outward > 0 ? 1 - share : share));
  }
  context.putImageData(image, 0, 0);
};
