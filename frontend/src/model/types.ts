/** What the server says, as the agreement between page and server has it. Checked at the edge by net/, trusted inside. */

import type { Box } from "./units";

export type JobState = "queued" | "running" | "paused" | "done" | "failed" | "cancelled";

export type Job = {
  readonly id: string;
  readonly kind: "ingest" | "run" | "export" | "import";
  readonly state: JobState;
  readonly progress: number;
  readonly done: number;
  readonly total: number;
  readonly fps: number | null;
  readonly seconds_left: number | null;
  readonly place: number | null;
  /** Its worker fell silent; another goes on from the last commit. */
  readonly interrupted: boolean;
  readonly error_code: string | null;
  readonly error: string | null;
};

export type Sheet = {
  readonly columns: number;
  readonly rows: number;
  readonly tile_width: number;
  readonly tile_height: number;
  readonly count: number;
};

export type Video = {
  readonly id: string;
  readonly title: string;
  readonly state: "uploaded" | "ingesting" | "ready" | "failed";
  readonly error_code: string | null;
  readonly error: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly pixel_aspect: number;
  readonly frame_count: number | null;
  readonly duration_s: number | null;
  readonly frame_rate: string | null;
  readonly byte_size: number;
  readonly has_sound: boolean;
  readonly revision: number;
  readonly created: string;
  /** When it is deleted, unless somebody opens it before. */
  readonly goes_at: string | null;
  readonly job: Job | null;
  readonly poster_url: string | null;
  readonly filmstrip_url: string | null;
  readonly filmstrip: Sheet | null;
  readonly proxy_url: string | null;
};

export type Subject = {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly color: string;
  readonly visible: boolean;
};

export type Prompt = {
  readonly id: string;
  readonly subject_id: string;
  readonly frame: number;
  readonly box: Box;
};

/** What a person says about a frame: plain text. */
export type Comment = {
  readonly id: string;
  readonly frame: number;
  readonly text: string;
  readonly person: string;
  readonly created: string;
  readonly resolved: boolean;
};

/** Frames of an object in which the tracker may be wrong. */
export type Stretch = {
  readonly subject_id: string;
  readonly first: number;
  readonly last: number;
  readonly worst: number;
  readonly reason: "lost" | "score" | "doubtful" | "jump" | "shape" | "edge";
  readonly sentence: string;
  readonly weight: number;
};

export type ReviewAnswer = { readonly revision: number; readonly total: number; readonly stretches: readonly Stretch[] };

export type Direction = "forward" | "backward" | "both" | "between";

export type StageName = "load" | "decode" | "wait" | "track" | "encode" | "write";

/** What a stage of a run took. Stages run beside each other. */
export type Stage = { readonly stage: StageName; readonly seconds: number; readonly frames: number; readonly fps: number | null };

export type Run = {
  readonly id: string;
  readonly job: Job;
  readonly direction: Direction;
  readonly first_frame: number;
  readonly last_frame: number;
  readonly weights: string;
  readonly profile: string;
  readonly subjects: readonly string[];
  readonly until_agrees: boolean;
  /** Who was followed no further as it was found where it had been before, and the last frame it was. */
  readonly agreed: readonly { readonly subject_id: string; readonly frame: number }[];
  readonly stages: readonly Stage[];
  /** Sentences: what was done otherwise than asked. */
  readonly notes: readonly string[];
};

/** One change to the scene, as its person sees it. */
export type Step = {
  /** Names it among the clip's steps, and orders them. */
  readonly ordinal: number;
  readonly title: string;
  readonly kind: string;
  readonly person: string | null;
  readonly subject_id: string | null;
  readonly frame: number | null;
  readonly job_id: string | null;
  readonly created: string;
  readonly undone: boolean;
};

/** A kind of file that can be made of the masks. */
export type Format = {
  readonly name: string;
  readonly title: string;
  readonly sentence: string;
  readonly film: boolean;
  /** What the files cannot hold, a sentence each. */
  readonly lossy: readonly string[];
  readonly checked_with: string | null;
  readonly options: readonly Option[];
};

export type OptionValue = string | number | boolean | readonly number[] | null;

/** What may be chosen of a kind of file: enough to build a control of it. */
export type Option = {
  readonly name: string;
  readonly title: string;
  readonly sentence: string;
  readonly kind: "objects" | "frame" | "number" | "switch" | "choice" | "color" | "aspect" | "picture";
  readonly default: OptionValue;
  readonly least: number | null;
  readonly most: number | null;
  readonly step: number | null;
  readonly unit: string;
  readonly choices: readonly { readonly value: string; readonly title: string }[];
  readonly needs: { readonly option: string; readonly values: readonly string[] } | null;
};

export type OptionValues = Readonly<Record<string, OptionValue>>;

/** A person's own picture, to stand behind objects. */
export type Backdrop = { readonly id: string; readonly width: number; readonly height: number; readonly created: string };

export const backdropUrl = (id: string): string => `/api/backdrops/${id}`;

/** Where a following crop looks: one size, the left and top of it in each frame from the first on. */
export type FilmWindow = {
  readonly width: number;
  readonly height: number;
  readonly first_frame: number;
  readonly corners: readonly (readonly [number, number])[];
};

export type Estimate = { readonly byte_size: number; readonly frames: number; readonly masks: number };

export type Export = {
  readonly id: string;
  readonly format: string;
  readonly job: Job;
  readonly file_name: string;
  readonly byte_size: number | null;
  readonly sha256: string | null;
  readonly url: string | null;
  readonly options: OptionValues;
  readonly created: string;
  readonly kept_until: string | null;
};

/** What an annotation file would make. */
export type ImportFound = {
  readonly objects: readonly {
    readonly number: number | null;
    readonly name: string;
    readonly color: string;
    readonly masks: number;
    readonly first: number | null;
    readonly last: number | null;
  }[];
  readonly masks: number;
  readonly prompts: number;
  readonly notes: readonly string[];
};

/** An annotation file that was sent for a clip. */
export type Import = {
  readonly id: string;
  readonly name: string;
  readonly job: Job;
  readonly step: "read" | "write";
  readonly kind: string;
  readonly found: ImportFound | null;
  readonly written: boolean;
};

export type ImportKind = { readonly name: string; readonly title: string };

export type LaneRow = readonly [frame: number, score: number, state: number];

export type SceneAnswer = {
  readonly revision: number;
  readonly video: Video;
  readonly subjects: readonly Subject[];
  readonly prompts: readonly Prompt[];
  readonly runs: readonly Run[];
  readonly steps: readonly Step[];
  readonly comments: readonly Comment[];
  readonly lanes: Readonly<Record<string, readonly LaneRow[]>>;
};

export type Weights = {
  readonly name: string;
  readonly present: boolean;
  readonly default: boolean;
  readonly architecture: string;
  /** Its own, of those it may be run with. */
  readonly profile: string;
  readonly profiles: readonly string[];
  readonly note: string;
};

export type Limits = {
  readonly max_bytes: number;
  readonly max_seconds: number;
  readonly max_pixels: number;
  readonly max_frames: number;
};

/** What a person uses of what they may use; a most of null is no limit. */
export type Usage = {
  readonly bytes: number;
  readonly most_bytes: number | null;
  /** Masks that unfinished runs have still to make. */
  readonly frames: number;
  readonly most_frames: number | null;
  readonly minutes_day: number;
  readonly most_minutes_day: number | null;
  readonly minutes_month: number;
  readonly most_minutes_month: number | null;
};

export type Me = { readonly username: string; readonly sign_up: boolean; readonly limits: Limits; readonly usage: Usage };

export type MaskItem = {
  readonly kind: "mask";
  readonly subject: string;
  readonly frame: number;
  readonly counts: Uint8Array;
  readonly score: number;
  readonly box: readonly number[];
  readonly state: number;
  readonly revision: number;
};

export type Item =
  | MaskItem
  | { readonly kind: "masks_removed"; readonly subject: string; readonly first: number; readonly last: number }
  | ({ readonly kind: "subject"; readonly deleted: boolean } & Subject)
  | ({ readonly kind: "prompt"; readonly deleted: boolean } & Prompt)
  | { readonly kind: "step"; readonly step: Step; readonly after: number }
  | ({ readonly kind: "comment"; readonly deleted: boolean } & Comment)
  | ({ readonly kind: "video"; readonly deleted: boolean } & Video);

export type Message =
  | { readonly type: "hello"; readonly revision: number }
  | { readonly type: "changes"; readonly revision: number; readonly items: readonly Item[] }
  | {
      readonly type: "job";
      readonly job: Job;
      readonly run_id?: string | null;
      readonly export_id?: string | null;
      readonly video_id?: string | null;
    };

export const isLive = (job: Job): boolean => job.state === "queued" || job.state === "running" || job.state === "paused";
