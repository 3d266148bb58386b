/** Bits to COCO run lengths: the bytes are those of pycocotools, and only the crop is looked at. */

import type { Bitmask } from "./paint";

/** The runs of a whole frame, column by column from the top left, zeros first. */
export const runsOf = (mask: Bitmask): number[] => {
  const { x, y, width, height, frameWidth, frameHeight, inside } = mask;
  const runs: number[] = [];
  let [value, since] = [0, 0]; // the run under way: of what, from which pixel of the frame
  const turn = (at: number): void => {
    runs.push(at - since);
    value = 1 - value;
    since = at;
  };
  for (let column = 0; column < width; column += 1) {
    const start = (x + column) * frameHeight + y;
    for (let row = 0; row < height; row += 1) if (inside[row * width + column] !== value) turn(start + row);
    // Above and below the crop the frame is empty; where the crop is as high as the frame, a run goes on in the next column.
    if (value === 1 && height < frameHeight) turn(start + height);
  }
  const [end, pixels] = [(x + width) * frameHeight, frameWidth * frameHeight];
  if (value === 1 && end < pixels) turn(end);
  if (since < pixels) runs.push(pixels - since);
  return runs;
};

/** COCO's compressed counts: five bits a character from "0" on, from the fourth run on as the difference to two before. */
export const writeCounts = (runs: readonly number[]): Uint8Array => {
  const bytes: number[] = [];
  runs.forEach((run, index) => {
    let value = index > 2 ? run - (runs[index - 2] ?? 0) : run;
    let more = true;
    while (more) {
      const group = value & 0x1f;
      value >>= 5;
      more = (group & 0x10) !== 0 ? value !== -1 : value !== 0;
      bytes.push((more ? group | 0x20 : group) + 48);
    }
  });
  return Uint8Array.from(bytes);
};
