/** What a person wants exported: the choices of a format, and the same wish as a program would send it. */

import type { Format, Option, OptionValue, OptionValues } from "./types";

export type Wish = { readonly format: string; readonly options: OptionValues };

export const valueOf = (option: Option, values: OptionValues): OptionValue => values[option.name] ?? option.default;

/** Whether an option makes sense beside what else is chosen. */
export const applies = ({ needs }: Option, format: Format, values: OptionValues): boolean => {
  const other = needs === null ? undefined : format.options.find((option) => option.name === needs.option);
  return needs === null || other === undefined || needs.values.includes(String(valueOf(other, values)));
};

/** The wish: what applies and is not what the server does by itself. */
export const wishOf = (format: Format, values: OptionValues): Wish => {
  const told = format.options
    .filter((option) => applies(option, format, values) && !same(valueOf(option, values), option.default))
    .map((option) => [option.name, valueOf(option, values)] as const);
  return { format: format.name, options: Object.fromEntries(told) };
};

const same = (one: OptionValue, other: OptionValue): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A number an option takes: within its bounds, on its steps. */
export const fitting = ({ least, most, step, default: fallback }: Option, given: number): number => {
  if (!Number.isFinite(given)) return Number(fallback);
  const size = step ?? 1;
  return Math.min(Math.max(Math.round(given / size) * size, least ?? -Infinity), most ?? Infinity);
};

/** The objects to write when one is taken in or left out: null is those that are shown, never nothing. */
export const toggled = (
  subjects: readonly { readonly number: number; readonly visible: boolean }[],
  chosen: readonly number[] | null,
  number: number,
): readonly number[] | null => {
  const shown = subjects.filter((subject) => subject.visible).map((subject) => subject.number);
  const before = chosen ?? shown;
  const after = before.includes(number) ? before.filter((one) => one !== number) : [...before, number].sort((a, b) => a - b);
  return same(after, shown) || after.length === 0 ? null : after;
};

/** A word as a POSIX shell takes it, whatever is in it. */
export const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The wish as curl sends it: it answers with the export, whose url is the file once its job is done. */
export const curlOf = (origin: string, video: string, wish: Wish): string =>
  [
    `curl ${quoted(`${origin}/api/videos/${video}/exports`)}`,
    `-H "Authorization: Bearer $STUDIO_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(wish))}`,
  ].join(" \\\n  ");

/** The wish as the studio's own client takes it: it waits for the file, fetches it and checks its sum. */
export const commandOf = (origin: string, video: string, wish: Wish): string =>
  [
    `python -m studio.client download ${video}`,
    `--server ${quoted(origin)}`,
    `--format ${wish.format}`,
    ...Object.entries(wish.options).map(([name, value]) => `--option ${quoted(`${name}=${argument(value)}`)}`),
  ].join(" \\\n  ");

const argument = (value: OptionValue): string => (typeof value === "string" ? value : JSON.stringify(value));
