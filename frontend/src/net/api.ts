/** The studio's API, one function for each thing the page asks. */

import { decode } from "@msgpack/msgpack";

import type {
  Backdrop, Comment, Direction, Estimate, Export, Format, Import, ImportKind, Job, MaskItem, Me, ReviewAnswer, Run, SceneAnswer,
  Step, Subject, Video, Weights, Prompt,
} from "../model/types";
import type { Wish } from "../model/wish";
import type { Box } from "../model/units";
import { ApiError, getBytes, getJson, sendFile, sendJson } from "./http";

export type Sort = "created" | "title" | "duration";

export const me = (): Promise<Me> => getJson("/api/me");

export const videos = (search: string, sort: Sort, order: "asc" | "desc"): Promise<Video[]> =>
  getJson(`/api/videos?${new URLSearchParams({ search, sort, order })}`);
export const video = (id: string): Promise<Video> => getJson(`/api/videos/${id}`);
export const makeSample = (): Promise<Video> => sendJson("POST", "/api/videos/sample");
export const renameVideo = (id: string, title: string): Promise<Video> => sendJson("PATCH", `/api/videos/${id}`, { title });
export const deleteVideo = (id: string): Promise<unknown> => sendJson("DELETE", `/api/videos/${id}`);
export const retryVideo = (id: string): Promise<Video> => sendJson("POST", `/api/videos/${id}/retry`);
export const keepVideo = (id: string): Promise<Video> => sendJson("POST", `/api/videos/${id}/keep`);
export const restoreVideo = (id: string): Promise<Video> => sendJson("POST", `/api/videos/${id}/restore`);

export const frames = (id: string): Promise<{ time_base: string; pts: number[] }> => getJson(`/api/videos/${id}/frames`);
export const scene = (id: string): Promise<SceneAnswer> => getJson(`/api/videos/${id}/scene`);

type Masks = { revision: number; masks: MaskItem[] };

/** The masks of some frames; where they are too large for one answer, in two. */
export const masks = async (id: string, first: number, last: number, signal: AbortSignal): Promise<Masks> => {
  try {
    return decode(await getBytes(`/api/videos/${id}/masks?first=${first}&last=${last}`, signal)) as Masks;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 413 || first === last) throw error;
    const middle = Math.floor((first + last) / 2);
    const early = await masks(id, first, middle, signal);
    const late = await masks(id, middle + 1, last, signal);
    return { revision: Math.min(early.revision, late.revision), masks: [...early.masks, ...late.masks] };
  }
};

/** What a new object begins with. With an id of its own it may be sent twice and is made once. */
export type NewSubject = {
  id: string;
  color: string;
  prompt?: { frame: number; box: Box };
  mask?: DrawnMask & { frame: number };
};

export const makeSubject = (video: string, wish: NewSubject): Promise<Subject> =>
  sendJson("POST", `/api/videos/${video}/subjects`, wish);
export const changeSubject = (id: string, change: Partial<Pick<Subject, "name" | "color" | "visible">>): Promise<Subject> =>
  sendJson("PATCH", `/api/subjects/${id}`, change);
export const deleteSubject = (id: string): Promise<unknown> => sendJson("DELETE", `/api/subjects/${id}`);
export const restoreSubject = (id: string): Promise<Subject> => sendJson("POST", `/api/subjects/${id}/restore`);

export const putPrompt = (subject: string, frame: number, box: Box): Promise<Prompt> =>
  sendJson("PUT", `/api/subjects/${subject}/prompts/${frame}`, { box });
export const deletePrompt = (subject: string, frame: number): Promise<unknown> =>
  sendJson("DELETE", `/api/subjects/${subject}/prompts/${frame}`);

export type Moved = { revision: number; steps: Step[] };

export const history = (video: string): Promise<Moved> => getJson(`/api/videos/${video}/history`);
/** Takes back or brings again this step; refused when it is no longer the next one. */
export const moveStep = (video: string, way: "undo" | "redo", ordinal: number): Promise<Moved> =>
  sendJson("POST", `/api/videos/${video}/${way}`, { ordinal });
/** Undoes or redoes until this step is the newest that stands. */
export const goToStep = (video: string, ordinal: number): Promise<Moved> =>
  sendJson("POST", `/api/videos/${video}/history/${ordinal}`);
export type MaskTool = "brush" | "eraser" | "polygon";
/** A mask as the API has it; counts are COCO's, ASCII. */
export type DrawnMask = { size: readonly [height: number, width: number]; counts: string; tool: MaskTool };
export type KeptMask = { counts: string; score: number; box: number[]; state: number; revision: number };

export const putMask = (subject: string, frame: number, mask: DrawnMask): Promise<KeptMask> =>
  sendJson("PUT", `/api/subjects/${subject}/masks/${frame}`, mask);

/** The masks of some frames as they stood before a step. */
export const masksBefore = async (video: string, ordinal: number, first: number, last: number, signal: AbortSignal): Promise<Masks> =>
  decode(await getBytes(`/api/videos/${video}/history/${ordinal}/masks?first=${first}&last=${last}`, signal)) as Masks;
type Agreement = { frames: [frame: number, percent: number][] };
export const agreement = (video: string, ordinal: number, subject: string | null): Promise<Agreement> =>
  getJson(`/api/videos/${video}/history/${ordinal}/agreement${subject === null ? "" : `?subject=${subject}`}`);

/** A version's masks of some frames, and how far the object's own agree with them. */
export const versionMasks = async (version: string, first: number, last: number, signal: AbortSignal): Promise<Masks> =>
  decode(await getBytes(`/api/versions/${version}/masks?first=${first}&last=${last}`, signal)) as Masks;
export const versionAgreement = (version: string): Promise<Agreement> => getJson(`/api/versions/${version}/agreement`);

export const review = (video: string): Promise<ReviewAnswer> => getJson(`/api/videos/${video}/review`);
export const accept = (subject: string, first: number, last: number): Promise<unknown> =>
  sendJson("POST", `/api/subjects/${subject}/accept`, { first, last });

export const addComment = (video: string, frame: number, text: string): Promise<Comment> =>
  sendJson("POST", `/api/videos/${video}/comments`, { frame, text });
export const changeComment = (id: string, change: Partial<Pick<Comment, "text" | "resolved">>): Promise<Comment> =>
  sendJson("PATCH", `/api/comments/${id}`, change);
export const deleteComment = (id: string): Promise<unknown> => sendJson("DELETE", `/api/comments/${id}`);
export const restoreComment = (id: string): Promise<Comment> => sendJson("POST", `/api/comments/${id}/restore`);

export type RunWish = {
  direction: Direction;
  first_frame: number | null;
  last_frame: number | null;
  subjects: readonly string[] | null;
  until_agrees: boolean;
  weights?: string;
  profile?: string;
};

export const startRun = (video: string, wish: RunWish): Promise<Run> => sendJson("POST", `/api/videos/${video}/runs`, wish);
export const run = (id: string): Promise<Run> => getJson(`/api/runs/${id}`);
export const wish = (job: string, what: "pause" | "resume" | "cancel"): Promise<Job> => sendJson("POST", `/api/jobs/${job}/${what}`);
export const weights = (): Promise<Weights[]> => getJson("/api/weights");

export const formats = (): Promise<Format[]> => getJson("/api/formats");
export const startExport = (video: string, wish: Wish): Promise<Export> => sendJson("POST", `/api/videos/${video}/exports`, wish);
export const estimateExport = (video: string, wish: Wish): Promise<Estimate> =>
  sendJson("POST", `/api/videos/${video}/exports/estimate`, wish);
export const filmWindow = (video: string, wish: Wish): Promise<import("../model/types").FilmWindow> =>
  sendJson("POST", `/api/videos/${video}/exports/window`, wish);
export const backdrops = (): Promise<Backdrop[]> => getJson("/api/backdrops");
export const sendBackdrop = (file: File): Promise<Backdrop> => sendFile("/api/backdrops", file);
export const deleteBackdrop = (id: string): Promise<unknown> => sendJson("DELETE", `/api/backdrops/${id}`);
export const exportsOf = (video: string): Promise<Export[]> => getJson(`/api/videos/${video}/exports`);

export const importKinds = (): Promise<ImportKind[]> => getJson("/api/import-kinds");
export const startImport = (video: string, upload: string): Promise<Import> =>
  sendJson("POST", `/api/videos/${video}/imports`, { upload });
export const importOf = (id: string): Promise<Import> => getJson(`/api/imports/${id}`);
export const readImport = (id: string, kind: string): Promise<Import> => sendJson("POST", `/api/imports/${id}/read`, { kind });
export const writeImport = (id: string, mode: "add" | "replace"): Promise<Import> =>
  sendJson("POST", `/api/imports/${id}/write`, { mode });
