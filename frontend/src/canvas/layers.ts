/** Canvases to work on, one a name, used again for each frame. */

export type Layer = { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D };

const held = new Map<string, Layer>();

/** A transparent layer of this size, with nothing of what it was used for before. */
export const fresh = (name: string, width: number, height: number): Layer => {
  let layer = held.get(name);
  if (layer === undefined) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: name === "soft" });
    if (context === null) throw new Error("this browser draws on no canvas that is not shown");
    layer = { canvas, context };
    held.set(name, layer);
  }
  const { canvas, context } = layer;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  } else {
    context.reset();
  }
  return layer;
};
