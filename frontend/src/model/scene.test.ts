import { describe, expect, test } from "vitest";

import { paced, refusal } from "./clip";
import { nextColor, OBJECT_COLORS } from "./colors";
import { actionOf, ariaKeys, KEYS, titleOf } from "./keys";
import { EDITED, emptyLane, setFrame, TRACKED, type Lane } from "./lanes";
import { byteCache } from "./lru";
import { agreedSentence, planRun, type PlanInput } from "./plan";
import { applyItems, promptAt, sceneFrom } from "./scene";
import type { Item, Prompt, SceneAnswer, Subject, Video } from "./types";
import { boxOf } from "./units";

const subject = (number: number): Subject => ({ id: `s${number}`, number, name: `object ${number}`, color: "#4cc2ff", visible: true });
const prompt = (of: number, frame: number): Prompt => ({ id: `p${of}-${frame}`, subject_id: `s${of}`, frame, box: boxOf(1, 2, 30, 40) });
const video = { id: "v", title: "clip", frame_count: 100, width: 64, height: 48 } as Video;
const answer: SceneAnswer = {
  revision: 5,
  video,
  subjects: [subject(2), subject(1)],
  prompts: [prompt(1, 0)],
  runs: [],
  steps: [],
  comments: [],
  lanes: { s1: [[0, 100, 0], [1, 88, 1]] },
};

describe("the scene", () => {
  const items: Item[] = [
    { kind: "mask", subject: "s1", frame: 2, counts: new Uint8Array(), score: 0.5, box: [], state: 1, revision: 6 },
    { kind: "prompt", deleted: false, ...prompt(2, 7) },
    { kind: "subject", deleted: false, ...subject(3) },
    { kind: "masks_removed", subject: "s1", first: 0, last: 0 },
  ];

  test("is the same after a message that comes twice", () => {
    const once = applyItems(sceneFrom(answer), items, 9);
    const twice = applyItems(applyItems(sceneFrom(answer), items, 9), items, 9);

    expect(twice).toEqual(once);
    expect(once.subjects.map((item) => item.number)).toEqual([1, 2, 3]);
    expect(once.lanes.get("s1")?.scores[2]).toBe(50);
    expect(once.lanes.get("s1")?.states[0]).toBe(255);
    expect(promptAt(once, "s2", 7)?.frame).toBe(7);
  });

  test("keeps remarks in the order of frames and lets deleted ones go", () => {
    const remark = (id: string, frame: number, deleted = false): Item => ({
      kind: "comment", id, frame, text: `<b>${id}</b>`, person: "ann", created: "2026-11-25T10:00:00Z", resolved: false, deleted,
    });

    const scene = applyItems(sceneFrom(answer), [remark("late", 9), remark("early", 2), remark("gone", 5)], 6);
    const after = applyItems(scene, [remark("gone", 5, true), remark("late", 9)], 7);

    expect(scene.comments.map(({ id }) => id)).toEqual(["early", "gone", "late"]);
    expect(after.comments.map(({ text }) => text)).toEqual(["<b>early</b>", "<b>late</b>"]);
  });

  test("keeps the newest revision it has seen", () => {
    expect(applyItems(sceneFrom(answer), [], 3).revision).toBe(5);
  });
});

describe("what Track would do", () => {
  const tracked = (from: number, to: number): Lane => {
    const lane = emptyLane(100);
    for (let frame = from; frame <= to; frame += 1) setFrame(lane, frame, 90, TRACKED);
    return lane;
  };
  const base: PlanInput = {
    subjects: [subject(1), subject(2)],
    prompts: [prompt(1, 0), prompt(2, 0)],
    lanes: new Map(),
    frame: 0,
    frames: 100,
    range: null,
    direction: "forward",
    follow: "here",
    selected: "s2",
    changed: new Set(),
    untilAgrees: false,
  };

  test("nothing without a box, and it says what to do", () => {
    expect(planRun({ ...base, prompts: [] })).toEqual({ ok: false, reason: "Draw a box around something first (B)." });
  });

  test("every object with a key frame here", () => {
    expect(planRun(base)).toMatchObject({ ok: true, plan: { subjects: null, first_frame: 0, last_frame: null } });
  });

  test("only the corrected object, and only to its next key frame", () => {
    const lanes = new Map([["s1", tracked(0, 99)], ["s2", tracked(0, 99)]]);
    const prompts = [...base.prompts, prompt(1, 40), prompt(1, 70)];

    const planned = planRun({ ...base, lanes, prompts, frame: 40, changed: new Set(["s1"]) });

    expect(planned).toMatchObject({ ok: true, plan: { subjects: ["s1"], first_frame: 40, last_frame: 69 } });
    expect(planned.ok && planned.sentence).toBe("Tracks object 1 from frame 40 to frame 69.");
  });

  test("a new object does not redo the one that is tracked", () => {
    const lanes = new Map([["s1", tracked(0, 99)]]);

    expect(planRun({ ...base, lanes })).toMatchObject({ ok: true, plan: { subjects: ["s2"] } });
  });

  test("both ways is bounded by the key frames on both sides", () => {
    const prompts = [prompt(1, 10), prompt(1, 40), prompt(1, 70)];

    expect(planRun({ ...base, prompts, frame: 40, direction: "both" })).toMatchObject({
      plan: { first_frame: 11, last_frame: 69 },
    });
  });

  test("between goes to the key frames on both sides of this frame", () => {
    const prompts = [prompt(1, 10), prompt(1, 40), prompt(1, 70)];
    const between = { ...base, prompts, direction: "between" as const, selected: "s1" };

    expect(planRun({ ...between, frame: 40 })).toMatchObject({ plan: { direction: "between", first_frame: 10, last_frame: 70 } });
    expect(planRun({ ...between, frame: 50 })).toMatchObject({ plan: { first_frame: 40, last_frame: 70 } });
    expect(planRun({ ...between, prompts: [prompt(1, 10)] }).ok).toBe(false);
  });

  test("a mask drawn by hand is a key frame", () => {
    const lane = tracked(0, 99);
    setFrame(lane, 60, 100, EDITED);
    const lanes = new Map([["s1", lane]]);

    expect(planRun({ ...base, lanes, prompts: [prompt(1, 10)], frame: 10, changed: new Set(["s1"]) })).toMatchObject({
      plan: { first_frame: 10, last_frame: 59 },
    });
  });

  test("until it agrees is part of the wish and of the sentence", () => {
    const planned = planRun({ ...base, untilAgrees: true });

    expect(planned).toMatchObject({ ok: true, plan: { until_agrees: true } });
    expect(planned.ok && planned.sentence).toContain(", until it agrees with what is there.");
  });

  test("a run that stopped early says where and why", () => {
    const agreed = [{ subject_id: "s1", frame: 212 }];

    expect(agreedSentence({ agreed, subjects: ["s1"] })).toBe("Stopped at frame 212: agrees with what was there");
    expect(agreedSentence({ agreed: [], subjects: ["s1"] })).toBe("");
  });

  test("elsewhere, all objects from their key frames in the range", () => {
    expect(planRun({ ...base, frame: 50, range: { first: 0, last: 60 } })).toMatchObject({
      plan: { subjects: null, first_frame: 0, last_frame: 60 },
    });
    expect(planRun({ ...base, frame: 50, range: { first: 20, last: 60 } }).ok).toBe(false);
  });
});

describe("keys", () => {
  const press = (key: string, shiftKey = false, ctrlKey = false) => actionOf({ key, shiftKey, ctrlKey, metaKey: false });

  test("mean one action each", () => {
    const all = KEYS.filter((key) => key.only === undefined).flatMap((key) => key.keys);
    expect(new Set(all).size).toBe(all.length);
  });

  test("are read with Shift and Control", () => {
    expect([press(" "), press("T"), press("T", true), press("?", true), press("Z", true, true)]).toEqual([
      "play", "track", "trackBoth", "help", "redo",
    ]);
    expect(press("b", false, true)).toBeNull();
  });

  test("are letters too where a sign needs AltGr on some keyboards", () => {
    expect([press("["), press("d"), press("]"), press("f")]).toEqual(["brushSmaller", "brushSmaller", "brushLarger", "brushLarger"]);
    expect(KEYS.filter((key) => key.keys.every((name) => /[[\]{}\\|@~]/.test(name)))).toEqual([]);
  });

  test("are written for people and for screen readers", () => {
    expect(titleOf("redo")).toBe("Redo (Ctrl Shift Z or Ctrl Y)");
    expect(ariaKeys("redo")).toBe("Control+Shift+Z Control+Y");
    expect(ariaKeys("zoomIn")).toBe("Plus =");
  });
});

test("twelve colours, and the next one is the least used", () => {
  expect(new Set(OBJECT_COLORS).size).toBe(12);
  expect(nextColor(["#4cc2ff"])).toBe("#ffb000");
  expect(nextColor([...OBJECT_COLORS, "#4cc2ff"])).toBe("#ffb000");
});

test("the cache keeps to its bytes, lets the oldest go and tells its owner", () => {
  const gone: string[] = [];
  const cache = byteCache<string>(100, (value) => gone.push(value));
  for (const key of ["a", "b", "c"]) cache.set(key, key, 40);
  cache.get("b");
  cache.set("d", "d", 40);

  expect(gone).toEqual(["a", "c"]);
  expect(cache.size()).toBe(80);
});

describe("a file", () => {
  const limits = { max_bytes: 1000, max_seconds: 60, max_pixels: 1280 * 720, max_frames: 2000 };
  const file = { name: "a.mp4", type: "video/mp4", size: 900 };

  test("that fits is sent", () => {
    expect(refusal(file, limits, { seconds: 59, width: 1280, height: 720 })).toBeNull();
    expect(refusal({ ...file, name: "frames.zip", type: "application/zip" }, limits, null)).toBeNull();
  });

  test("that does not is refused with the number", () => {
    expect(refusal({ ...file, name: "a.pdf", type: "application/pdf" }, limits, null)).toContain("not a video");
    expect(refusal({ ...file, size: 2000 }, limits, null)).toContain("2.0 kB");
    expect(refusal(file, limits, { seconds: 61, width: 1, height: 1 })).toContain("1:01");
    expect(refusal(file, limits, { seconds: 1, width: 4000, height: 3000 })).toContain("4000 x 3000");
  });

  test("is sent at a speed that does not jump", () => {
    let pace = paced({ at: 0, sent: 0, speed: null }, 1000, 100);
    pace = paced(pace, 2000, 1100);

    expect(pace.speed).toBeCloseTo(100 * 0.75 + 1000 * 0.25);
  });
});
