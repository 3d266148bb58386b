/** What is done to an object as a whole or over a range of frames, and its versions: one function for each. */

import type { Step } from "../model/types";
import type { Moved } from "./api";
import { getJson, sendJson } from "./http";

export type Overlap = "union" | "keep";
export type Mending = "fill" | "specks" | "grow" | "shrink" | "smooth";

/** All masks of an object as they stood once. */
export type Version = {
  readonly id: string;
  readonly subject_id: string;
  readonly name: string;
  readonly person: string | null;
  /** Kept by itself when this run ended; null is by a person. */
  readonly of_run: string | null;
  readonly created: string;
  readonly frames: number;
};

/** The step that it was, or null where it had nothing to change. */
const stepOf = async (answer: Promise<Moved>): Promise<Step | null> => (await answer).steps[0] ?? null;

export const split = (subject: string, frame: number): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/subjects/${subject}/split`, { frame }));
export const merge = (subject: string, other: string, overlap: Overlap): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/subjects/${subject}/merge`, { other, overlap }));
export const swap = (subject: string, other: string, frame: number): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/subjects/${subject}/swap`, { other, frame }));
export const markAbsent = (subject: string, first: number, last: number, absent: boolean): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/subjects/${subject}/absent`, { first, last, absent }));
export const clearMasks = (subject: string, first: number, last: number): Promise<Step | null> =>
  stepOf(sendJson("DELETE", `/api/subjects/${subject}/masks?first=${first}&last=${last}`));
export const tidy = (subject: string, first: number, last: number, what: Mending, amount: number): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/subjects/${subject}/tidy`, { first, last, what, amount }));

export const versionsOf = (subject: string): Promise<Version[]> => getJson(`/api/subjects/${subject}/versions`);
export const saveVersion = (subject: string, name: string): Promise<Version> =>
  sendJson("POST", `/api/subjects/${subject}/versions`, { name });
export const restoreVersion = (version: string): Promise<Step | null> =>
  stepOf(sendJson("POST", `/api/versions/${version}/restore`));
export const deleteVersion = (version: string): Promise<unknown> => sendJson("DELETE", `/api/versions/${version}`);
