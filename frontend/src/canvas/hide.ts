/** What is made unrecognisable: blurred or in blocks, of its own pixels only, as the server's `blur.py` has it. */

import { fresh, type Layer } from "./layers";

const STEPS = 4; // of a blur's reach, as on the server: it is a whole number of squares
const TWO_BOXES = Math.sqrt(6) / 2; // a box of 2 r drawn twice is a Gaussian of deviation 2 r / sqrt 6
const FULL = 10; // times a half-transparent layer is laid over itself to be opaque: its colours stay what they are

/** The mean of the opaque pixels of `gone` around each pixel, opaque wherever there are any near. */
export const average = (gone: Layer, strength: number, blocks: boolean, scale: number): Layer => {
  const { width, height } = gone.canvas;
  let reach = Math.max(2, Math.round(strength));
  reach -= reach % Math.max(1, Math.floor(reach / STEPS));
  const px = reach * scale;
  const averaged = fresh("averaged", width, height);
  if (blocks || !("filter" in gone.context)) {
    const [columns, rows] = [Math.ceil(width / px), Math.ceil(height / px)];
    const small = fresh("small", columns, rows);
    small.context.imageSmoothingQuality = "high";
    small.context.drawImage(gone.canvas, 0, 0, width / px, height / px);
    const full = filled(small, "blocks");
    averaged.context.imageSmoothingEnabled = false;
    averaged.context.drawImage(full.canvas, 0, 0, columns * px, rows * px);
    return averaged;
  }
  const soft = fresh("blurred", width, height);
  soft.context.filter = `blur(${px / TWO_BOXES}px)`;
  soft.context.drawImage(gone.canvas, 0, 0);
  return filled(soft, "averaged");
};

const filled = (layer: Layer, name: string): Layer => {
  const full = fresh(name, layer.canvas.width, layer.canvas.height);
  for (let time = 0; time < FULL; time += 1) full.context.drawImage(layer.canvas, 0, 0);
  return full;
};
