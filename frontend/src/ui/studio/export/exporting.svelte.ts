/** What the Export panel holds: the formats there are, what is chosen of each, the files of this clip. */

import { isLive, type Estimate, type Export, type Format, type Option, type OptionValue, type OptionValues } from "../../../model/types";
import { applies, toggled, valueOf, wishOf, type Wish } from "../../../model/wish";
import * as api from "../../../net/api";
import { ApiError, sentenceOf } from "../../../net/http";
import { say } from "../../toasts.svelte";
import type { Studio } from "../studio.svelte";
import type { Film } from "./preview";

export type Tab = "film" | "annotations";

const STORED = "studio.export";
const COMMON = ["objects", "first_frame", "last_frame"]; // chosen once for all formats, above their own options

type Kept = { tab: Tab; film: string; annotations: string; values: Record<string, Record<string, OptionValue>> };

const stored = (): Kept => {
  const first: Kept = { tab: "annotations", film: "overlay", annotations: "coco", values: {} };
  try {
    return { ...first, ...(JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Kept>) };
  } catch {
    return first;
  }
};

export class Exporting {
  formats = $state.raw<readonly Format[]>([]);
  list = $state.raw<readonly Export[]>([]);
  /** About what the wish will be, or why it cannot be. */
  estimate = $state.raw<Estimate | null>(null);
  refusal = $state<string | null>(null);
  asking = $state(false);
  objects = $state.raw<readonly number[] | null>(null);
  #kept = $state.raw<Kept>(stored());

  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get tab(): Tab {
    return this.#kept.tab;
  }
  set tab(tab: Tab) {
    this.#keep({ tab });
  }
  get ofTab(): readonly Format[] {
    return this.formats.filter((format) => format.film === (this.tab === "film"));
  }
  get format(): Format | null {
    return this.ofTab.find((format) => format.name === this.#kept[this.tab]) ?? this.ofTab[0] ?? null;
  }
  /** All that is chosen of the format, the common choices among it. */
  get values(): OptionValues {
    const { range, frames } = this.#studio;
    return {
      ...(this.format === null ? {} : this.#kept.values[this.format.name]),
      objects: this.objects,
      first_frame: range?.first ?? 0,
      last_frame: range === null || range.last >= frames - 1 ? null : range.last,
    };
  }
  get wish(): Wish | null {
    return this.format === null ? null : wishOf(this.format, this.values);
  }
  /** The options a person sees: the format's own that make sense now. */
  get shownOptions(): readonly Option[] {
    const { format, values } = this;
    return format === null ? [] : format.options.filter((option) => !COMMON.includes(option.name) && applies(option, format, values));
  }
  /** What the stage shows of the film that is chosen; null while annotations are. */
  get film(): Film | null {
    const { format, wish } = this;
    if (format === null || wish === null || !format.film) return null;
    const values = Object.fromEntries(format.options.map((option) => [option.name, valueOf(option, this.values)]));
    return { name: format.name, values, wish };
  }

  choose(name: string): void {
    this.#keep({ [this.tab]: name });
  }
  set(option: string, value: OptionValue): void {
    if (this.format === null) return;
    const { name } = this.format;
    this.#keep({ values: { ...this.#kept.values, [name]: { ...this.#kept.values[name], [option]: value } } });
  }
  toggleObject(number: number): void {
    this.objects = toggled(this.#studio.subjects, this.objects, number);
  }

  async load(): Promise<void> {
    try {
      this.formats = await api.formats();
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }
  async look(): Promise<void> {
    try {
      this.list = await api.exportsOf(this.#studio.id);
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }
  async weigh(wish: Wish): Promise<void> {
    let [told, refusal]: [Estimate | null, string | null] = [null, null];
    try {
      told = await api.estimateExport(this.#studio.id, wish);
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) refusal = sentenceOf(error);
    }
    if (JSON.stringify(wish) === JSON.stringify(this.wish)) [this.estimate, this.refusal] = [told, refusal];
  }
  async make(): Promise<void> {
    const { wish } = this;
    if (wish === null || this.asking) return;
    this.asking = true;
    try {
      const made = await api.startExport(this.#studio.id, wish);
      this.list = [made, ...this.list.filter((item) => item.id !== made.id)];
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
    this.asking = false;
  }
  async cancel(item: Export): Promise<void> {
    try {
      await api.wish(item.job.id, "cancel");
      await this.look();
    } catch (error) {
      say(sentenceOf(error), "bad");
    }
  }
  get working(): boolean {
    return this.list.some((item) => isLive(item.job));
  }
  titleOf(name: string): string {
    return this.formats.find((format) => format.name === name)?.title ?? name;
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    localStorage.setItem(STORED, JSON.stringify(this.#kept));
  }
}
