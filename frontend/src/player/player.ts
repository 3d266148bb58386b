/**
 * A frame-exact player over a <video> element.
 *
 * Seeking goes to pts + min(half frame, 5 ms). What is on the screen is never assumed: each presented picture is taken
 * as a VideoFrame, and its own timestamp says which frame it is, so the masks drawn over it always belong to it.
 */

import { frameAt, frameCount, isFrameTime, seekTime, timeOf, type FrameTable } from "../model/frames";
import type { Range } from "../model/plan";
import { clamp } from "../model/units";

export type Shown = {
  readonly frame: number;
  /** What to draw; owned by the player, valid until the next picture. */
  readonly image: CanvasImageSource;
};

export type Player = {
  readonly seek: (frame: number) => void;
  readonly step: (by: number) => void;
  readonly play: () => void;
  readonly pause: () => void;
  readonly setSpeed: (speed: number) => void;
  readonly setMuted: (muted: boolean) => void;
  readonly setLoop: (loop: boolean, range: Range | null) => void;
  readonly shown: () => Shown | null;
  readonly close: () => void;
};

export type PlayerEvents = {
  readonly onShown: (shown: Shown) => void;
  /** Where the playhead is meant to be: the frame asked for, before it is on the screen. */
  readonly onTarget: (frame: number) => void;
  readonly onPlaying: (playing: boolean) => void;
  readonly onTrouble: (sentence: string | null) => void;
};

const TRIES = 4;
const LOST_SEEK_MS = 1500; // a seek that shows nothing for this long is asked for again

export const openPlayer = (video: HTMLVideoElement, table: FrameTable, events: PlayerEvents): Player => {
  const last = frameCount(table) - 1;
  const hasFrames = typeof VideoFrame === "function";
  const copy = hasFrames ? null : document.createElement("canvas");
  let held: VideoFrame | null = null;
  let shown: Shown | null = null;
  let target = 0; // the newest frame asked for
  let going: number | null = null; // the frame the running seek aims at
  let tries = 0;
  let watch: number | undefined;
  let playing = false;
  let loop = false;
  let range: Range | null = null;
  let closed = false;

  const reach = (): Range => (range === null || !loop ? { first: 0, last } : range);

  /** Takes the picture that the element shows now. `mediaTime` serves only where VideoFrame is missing. */
  const take = (mediaTime: number | null): Shown | null => {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    if (copy !== null) {
      if (mediaTime === null) return null;
      copy.width = video.videoWidth;
      copy.height = video.videoHeight;
      copy.getContext("2d")?.drawImage(video, 0, 0);
      return { frame: frameAt(table, mediaTime), image: copy };
    }
    try {
      const picture = new VideoFrame(video);
      held?.close();
      held = picture;
      return { frame: frameAt(table, picture.timestamp / 1e6), image: picture };
    } catch {
      return null; // no picture yet; the next callback brings one
    }
  };

  const present = (mediaTime: number | null): void => {
    if (closed) return;
    const taken = take(mediaTime);
    if (taken === null) return;
    if (going !== null && !playing) {
      if (taken.frame !== going) return; // an older picture, on its way out
      settle();
    }
    shown = taken;
    if (going === null && target !== taken.frame) {
      target = taken.frame; // playing, or the last picture after a pause
      events.onTarget(target);
    }
    events.onShown(taken);
    const { first, last: end } = reach();
    if (playing && loop && taken.frame >= end && end > first) jump(first);
  };

  const onPresented = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
    if (closed) return;
    video.requestVideoFrameCallback(onPresented);
    present(metadata.mediaTime);
  };

  /** The running seek has shown its frame; a newer wish starts the next one. */
  const settle = (): void => {
    window.clearTimeout(watch);
    const reached = going;
    going = null;
    tries = 0;
    events.onTrouble(null);
    if (reached !== target) aim();
  };

  const aim = (): void => {
    if (shown?.frame === target && !video.seeking) return;
    going = target;
    jump(going);
    window.clearTimeout(watch);
    watch = window.setTimeout(retry, LOST_SEEK_MS);
  };

  const jump = (frame: number): void => {
    video.currentTime = seekTime(table, frame);
  };

  const retry = (): void => {
    if (going === null || closed) return;
    tries += 1;
    present(isFrameTime(table, going, video.currentTime) ? timeOf(table, going) : null);
    if (going === null) return;
    if (tries >= TRIES) {
      events.onTrouble(`Frame ${going} cannot be shown. Reload the page to try again.`);
      going = null;
      return;
    }
    jump(going);
    watch = window.setTimeout(retry, LOST_SEEK_MS);
  };

  const onSeeked = (): void => {
    // The compositor may be a moment behind: look now, and the frame callback looks again.
    if (hasFrames) present(null);
  };
  const onPause = (): void => {
    if (!playing) return;
    playing = false;
    events.onPlaying(false);
    if (shown !== null) target = shown.frame;
  };
  const onEnded = (): void => {
    onPause();
    if (loop) play();
  };
  const onError = (): void => {
    if (!closed) events.onTrouble("The picture cannot be loaded. Reload the page to try again.");
  };

  const play = (): void => {
    const { first, last: end } = reach();
    window.clearTimeout(watch);
    going = null;
    if (target >= end || target < first) jump(first);
    else if (shown?.frame !== target) jump(target);
    playing = true;
    events.onPlaying(true);
    events.onTrouble(null);
    video.play().catch(() => {
      playing = false;
      events.onPlaying(false);
    });
  };

  const seek = (frame: number): void => {
    if (playing) {
      // Playing goes on from there.
      jump(clamp(frame, 0, last));
      return;
    }
    target = clamp(Math.round(frame), 0, last);
    events.onTarget(target);
    if (going === null) aim();
  };

  video.addEventListener("seeked", onSeeked);
  video.addEventListener("pause", onPause);
  video.addEventListener("ended", onEnded);
  video.addEventListener("error", onError);
  video.addEventListener("loadeddata", onSeeked);
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(onPresented);

  const pause = (): void => {
    onPause(); // at once: the element's own event comes later
    video.pause();
  };
  return {
    seek,
    step: (by) => {
      if (playing) pause();
      seek(target + by);
    },
    play,
    pause,
    setSpeed: (speed) => {
      video.playbackRate = speed;
    },
    setMuted: (muted) => {
      video.muted = muted;
    },
    setLoop: (wanted, over) => {
      loop = wanted;
      range = over;
    },
    shown: () => shown,
    close: () => {
      closed = true;
      window.clearTimeout(watch);
      video.removeEventListener("seeked", onSeeked);
      video.removeEventListener("loadeddata", onSeeked);
      video.removeEventListener("pause", onPause);
      video.removeEventListener("ended", onEnded);
      video.removeEventListener("error", onError);
      held?.close();
    },
  };
};
