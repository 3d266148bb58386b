/** Whether a chosen file can be sent, decided before a byte leaves the machine. */

import { bytes, duration } from "./format";
import type { Limits } from "./types";

const ENDINGS = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|m2ts|mts|ts|ogv|3gp|wmv|flv|mxf|zip)$/i;

export type Facts = { readonly name: string; readonly type: string; readonly size: number };
export type Measured = { readonly seconds: number; readonly width: number; readonly height: number };

/** The sentence that refuses the file, or null when it may be sent. `measured` is null where the browser cannot read it. */
export const refusal = (file: Facts, limits: Limits, measured: Measured | null): string | null => {
  if (!ENDINGS.test(file.name) && !file.type.startsWith("video/"))
    return `${file.name} is not a video. Choose a video file, or a zip of images.`;
  if (file.size === 0) return `${file.name} is empty. Choose another file.`;
  if (file.size > limits.max_bytes)
    return `${file.name} has ${bytes(file.size)} and the limit is ${bytes(limits.max_bytes)}. Cut or compress it first.`;
  if (measured === null) return null;
  if (measured.seconds > limits.max_seconds)
    return `${file.name} is ${duration(measured.seconds)} long and the limit is ${duration(limits.max_seconds)}. Cut it first.`;
  if (measured.width * measured.height > limits.max_pixels)
    return `${file.name} is ${measured.width} x ${measured.height} and the limit is ${(limits.max_pixels / 1e6).toFixed(1)} megapixels. Make it smaller first.`;
  return null;
};

/** Sent bytes over time to a steady speed: an average that forgets after some seconds. */
export type Pace = { readonly at: number; readonly sent: number; readonly speed: number | null };

const FORGET_S = 4;

export const paced = (pace: Pace, at: number, sent: number): Pace => {
  const seconds = (at - pace.at) / 1000;
  if (seconds < 0.25) return pace;
  const now = Math.max(sent - pace.sent, 0) / seconds;
  const share = Math.min(seconds / FORGET_S, 1);
  return { at, sent, speed: pace.speed === null ? now : pace.speed * (1 - share) + now * share };
};
