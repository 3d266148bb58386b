/** Pixel spaces as branded numbers, so that a screen pixel cannot be passed where a video pixel is meant. */

export type VideoPx = number & { readonly __space: "video" };
export type ScreenPx = number & { readonly __space: "screen" };

export type VideoPoint = { readonly x: VideoPx; readonly y: VideoPx };
export type ScreenPoint = { readonly x: ScreenPx; readonly y: ScreenPx };
export type ScreenSize = { readonly width: ScreenPx; readonly height: ScreenPx };
/** `aspect`: how much wider than high a pixel is shown; 1 on all but old television formats. */
export type VideoSize = { readonly width: VideoPx; readonly height: VideoPx; readonly aspect: number };

/** An upright box in video pixels: left, top, width, height. */
export type Box = readonly [x: VideoPx, y: VideoPx, width: VideoPx, height: VideoPx];

export const videoPx = (value: number): VideoPx => value as VideoPx;
export const screenPx = (value: number): ScreenPx => value as ScreenPx;
export const videoPoint = (x: number, y: number): VideoPoint => ({ x: videoPx(x), y: videoPx(y) });
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x: screenPx(x), y: screenPx(y) });
export const videoSize = (width: number, height: number, aspect: number = 1): VideoSize => ({
  width: videoPx(width),
  height: videoPx(height),
  aspect,
});
export const screenSize = (width: number, height: number): ScreenSize => ({
  width: screenPx(width),
  height: screenPx(height),
});
export const boxOf = (x: number, y: number, width: number, height: number): Box => [
  videoPx(x),
  videoPx(y),
  videoPx(width),
  videoPx(height),
];

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Marks a branch that the types say cannot be reached. */
export const assertNever = (value: never): never => {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
};
