import { describe, expect, test } from "vitest";

import type { Format, Option } from "./types";
import { applies, commandOf, curlOf, fitting, quoted, toggled, wishOf } from "./wish";

const option = (name: string, change: Partial<Option> = {}): Option => ({
  name, title: name, sentence: "", kind: "number", default: 0, least: 0, most: 10, step: 1, unit: "", choices: [], needs: null, ...change,
});
const container = option("container", { kind: "choice", default: "webm" });
const alpha = option("alpha", { kind: "choice", default: "straight", needs: { option: "container", values: ["mov", "png"] } });
const format: Format = {
  name: "cutout", title: "", sentence: "", film: true, lossy: [], checked_with: null,
  options: [option("objects", { kind: "objects", default: null }), container, alpha, option("feather")],
};

describe("a wish", () => {
  test("says only what differs from the defaults", () => {
    expect(wishOf(format, { feather: 0, container: "webm", objects: null })).toEqual({ format: "cutout", options: {} });
    expect(wishOf(format, { feather: 3, objects: [1, 2] }).options).toEqual({ objects: [1, 2], feather: 3 });
  });

  test("leaves out what another choice makes senseless", () => {
    expect(applies(alpha, format, {})).toBe(false);
    expect(wishOf(format, { alpha: "premultiplied" }).options).toEqual({});
    expect(wishOf(format, { alpha: "premultiplied", container: "png" }).options).toEqual({ container: "png", alpha: "premultiplied" });
    expect(applies(alpha, { ...format, options: [alpha] }, {})).toBe(true);
  });

  test("fits numbers into their bounds and steps", () => {
    expect(fitting(option("edge", { step: 0.5, most: 20 }), 1.3)).toBe(1.5);
    expect(fitting(option("n"), 99)).toBe(10);
    expect(fitting(option("n", { most: null }), 99)).toBe(99);
    expect(fitting(option("n", { default: 4 }), Number.NaN)).toBe(4);
  });

  test("means the shown objects until one is taken in or out", () => {
    const subjects = [{ number: 1, visible: true }, { number: 2, visible: true }, { number: 3, visible: false }];
    expect(toggled(subjects, null, 3)).toEqual([1, 2, 3]);
    expect(toggled(subjects, null, 1)).toEqual([2]);
    expect(toggled(subjects, [2], 1)).toBe(null);
    expect(toggled(subjects, [2], 2)).toBe(null);
  });
});

describe("a wish as a line of a shell", () => {
  test("quotes what a shell would take for something else", () => {
    expect(quoted("every=2")).toBe("every=2");
    expect(quoted("a b")).toBe("'a b'");
    expect(quoted("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  });

  test("names the studio, the clip and every choice", () => {
    const wish = wishOf(format, { feather: 3, objects: [1, 2], container: "png" });
    expect(commandOf("http://localhost:8000", "abc", wish).replaceAll(" \\\n ", "")).toBe(
      "python -m studio.client download abc --server http://localhost:8000 --format cutout" +
        " --option 'objects=[1,2]' --option container=png --option feather=3",
    );
    expect(curlOf("http://localhost:8000", "abc", wish)).toContain(
      `-d '{"format":"cutout","options":{"objects":[1,2],"container":"png","feather":3}}'`,
    );
  });
});
