/** How the picture lies on the screen: a scale and an offset, zoomed about a point, panned, and kept in sight. */

import {
  clamp,
  screenPx,
  videoPx,
  type ScreenPoint,
  type ScreenPx,
  type ScreenSize,
  type VideoPoint,
  type VideoSize,
} from "./units";

/** `scale` is screen pixels for a video pixel down the picture; across it is `scale * aspect`. */
export type View = { readonly scale: number; readonly aspect: number; readonly left: ScreenPx; readonly top: ScreenPx };

const MARGIN_PX = 8;
const MAX_SCALE = 16;

/** Letterboxes the picture in the stage with a small margin. */
export const fitView = (stage: ScreenSize, video: VideoSize, margin: number = MARGIN_PX): View => {
  const scale = Math.max(
    Math.min((stage.width - 2 * margin) / (video.width * video.aspect), (stage.height - 2 * margin) / video.height),
    0.01,
  );
  return centred(stage, video, scale);
};

/** Shows the picture at a given scale in the middle of the stage. */
export const centred = (stage: ScreenSize, video: VideoSize, scale: number): View => ({
  scale,
  aspect: video.aspect,
  left: screenPx((stage.width - video.width * video.aspect * scale) / 2),
  top: screenPx((stage.height - video.height * scale) / 2),
});

export const toScreen = (view: View, point: VideoPoint): ScreenPoint => ({
  x: screenPx(point.x * view.scale * view.aspect + view.left),
  y: screenPx(point.y * view.scale + view.top),
});

export const toVideo = (view: View, point: ScreenPoint): VideoPoint => ({
  x: videoPx((point.x - view.left) / (view.scale * view.aspect)),
  y: videoPx((point.y - view.top) / view.scale),
});

/** Changes the scale by a factor and keeps the picture under `at` where it is. */
export const zoomAt = (view: View, at: ScreenPoint, factor: number, stage: ScreenSize, video: VideoSize): View => {
  const fit = fitView(stage, video);
  const scale = clamp(view.scale * factor, fit.scale * 0.5, Math.max(MAX_SCALE, fit.scale * 4));
  const kept = toVideo(view, at);
  return keepInSight(
    { scale, aspect: view.aspect, left: screenPx(at.x - kept.x * scale * view.aspect), top: screenPx(at.y - kept.y * scale) },
    stage,
    video,
  );
};

export const panBy = (view: View, dx: number, dy: number, stage: ScreenSize, video: VideoSize): View =>
  keepInSight({ ...view, left: screenPx(view.left + dx), top: screenPx(view.top + dy) }, stage, video);

/** One of two fingers moved from `before` to `at`: zooms by their spread and pans with their middle. */
export const pinched = (
  view: View,
  other: ScreenPoint,
  before: ScreenPoint,
  at: ScreenPoint,
  stage: ScreenSize,
  video: VideoSize,
): View => {
  const spread = (a: ScreenPoint): number => Math.max(Math.hypot(a.x - other.x, a.y - other.y), 1);
  const middle = (a: ScreenPoint): ScreenPoint => ({ x: screenPx((a.x + other.x) / 2), y: screenPx((a.y + other.y) / 2) });
  const [from, to] = [middle(before), middle(at)];
  return panBy(zoomAt(view, from, spread(at) / spread(before), stage, video), to.x - from.x, to.y - from.y, stage, video);
};

/** Never lets the picture leave the stage: at least a third of the stage, or the whole picture, stays covered. */
const keepInSight = (view: View, stage: ScreenSize, video: VideoSize): View => {
  const along = (start: number, length: number, room: number): number => {
    const seen = Math.min(length, room / 3);
    return clamp(start, seen - length, room - seen);
  };
  return {
    scale: view.scale,
    aspect: view.aspect,
    left: screenPx(along(view.left, video.width * view.scale * view.aspect, stage.width)),
    top: screenPx(along(view.top, video.height * view.scale, stage.height)),
  };
};
