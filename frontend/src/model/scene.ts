/** The page's copy of a scene: filled by one answer, then kept by the change feed. Applying an item twice does no harm. */

import { withStep } from "./history";
import { clearRange, emptyLane, setFrame, type Lane } from "./lanes";
import type { Comment, Item, Prompt, SceneAnswer, Step, Subject, Video } from "./types";
import { assertNever } from "./units";

export type Scene = {
  readonly revision: number;
  readonly video: Video;
  readonly subjects: readonly Subject[];
  readonly prompts: readonly Prompt[];
  readonly steps: readonly Step[];
  readonly comments: readonly Comment[];
  /** Changed in place, frame by frame: a lane is too large to copy for each mask. */
  readonly lanes: Map<string, Lane>;
};

export const sceneFrom = (answer: SceneAnswer): Scene => {
  const frames = answer.video.frame_count ?? 0;
  const lanes = new Map(answer.subjects.map((subject) => [subject.id, emptyLane(frames)] as const));
  for (const [id, rows] of Object.entries(answer.lanes)) {
    const lane = lanes.get(id);
    if (lane !== undefined) for (const [frame, score, state] of rows) setFrame(lane, frame, score, state);
  }
  return {
    revision: answer.revision,
    video: answer.video,
    subjects: [...answer.subjects].sort((a, b) => a.number - b.number),
    prompts: answer.prompts,
    steps: answer.steps,
    comments: answer.comments,
    lanes,
  };
};

/** Applies the items of one message. Items on masks change the lanes in place; the rest makes a new scene. */
export const applyItems = (scene: Scene, items: readonly Item[], revision: number): Scene => {
  let { video, subjects, prompts, comments, steps } = scene;
  for (const item of items) {
    switch (item.kind) {
      case "mask":
        setFrame(laneOf(scene, item.subject), item.frame, item.score * 100, item.state);
        break;
      case "masks_removed":
        clearRange(laneOf(scene, item.subject), item.first, item.last);
        break;
      case "subject":
        subjects = withSubject(subjects, item, item.deleted);
        if (!item.deleted) laneOf(scene, item.id);
        break;
      case "prompt":
        prompts = withPrompt(prompts, item, item.deleted);
        break;
      case "step":
        steps = withStep(steps, item.step, item.after);
        break;
      case "comment":
        comments = withComment(comments, item, item.deleted);
        break;
      case "video":
        video = item;
        break;
      default:
        assertNever(item);
    }
  }
  return { ...scene, revision: Math.max(scene.revision, revision), video, subjects, prompts, comments, steps };
};

export const withSubject = (subjects: readonly Subject[], subject: Subject, deleted: boolean): readonly Subject[] => {
  const rest = subjects.filter((other) => other.id !== subject.id);
  if (deleted) return rest;
  const { id, number, name, color, visible } = subject;
  return [...rest, { id, number, name, color, visible }].sort((a, b) => a.number - b.number);
};

export const withPrompt = (prompts: readonly Prompt[], prompt: Prompt, deleted: boolean): readonly Prompt[] => {
  const rest = prompts.filter((other) => other.subject_id !== prompt.subject_id || other.frame !== prompt.frame);
  if (deleted) return rest;
  const { id, subject_id, frame, box } = prompt;
  return [...rest, { id, subject_id, frame, box }];
};

/** In the order of frames, and of one frame the oldest first. */
export const withComment = (comments: readonly Comment[], comment: Comment, deleted: boolean): readonly Comment[] => {
  const rest = comments.filter((other) => other.id !== comment.id);
  if (deleted) return rest;
  const { id, frame, text, person, created, resolved } = comment;
  return [...rest, { id, frame, text, person, created, resolved }].sort(
    (a, b) => a.frame - b.frame || a.created.localeCompare(b.created),
  );
};

export const promptAt = (scene: Scene, subject: string | null, frame: number): Prompt | null =>
  scene.prompts.find((prompt) => prompt.subject_id === subject && prompt.frame === frame) ?? null;

const laneOf = (scene: Scene, subject: string): Lane => {
  let lane = scene.lanes.get(subject);
  if (lane === undefined) {
    lane = emptyLane(scene.video.frame_count ?? 0);
    scene.lanes.set(subject, lane);
  }
  return lane;
};
