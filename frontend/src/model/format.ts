/** Numbers as a person reads them. Figures that change are of even width so that nothing moves. */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

export const bytes = (count: number): string => {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
};

/** A position in a clip: 00:04.703. */
export const timecode = (seconds: number): string => {
  const millis = Math.round(Math.max(seconds, 0) * 1000);
  const minutes = Math.floor(millis / 60_000);
  const rest = millis % 60_000;
  const text = `${two(minutes % 60)}:${two(Math.floor(rest / 1000))}.${String(rest % 1000).padStart(3, "0")}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${text}` : text;
};

/** A length: 0:12, 4:05, 1:02:03. */
export const duration = (seconds: number): string => {
  const whole = Math.max(Math.round(seconds), 0);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
};

/** A wait in words: 40 s, 3 min, 2 h. */
export const wait = (seconds: number): string => {
  if (seconds < 90) return `${Math.max(Math.round(seconds), 1)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
};

/** How long a piece of work took: 0.42 s, 12.3 s, 4:05. */
export const seconds = (value: number): string => {
  if (value >= 100) return duration(value);
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
};

export const percent = (share: number): string => `${Math.floor(Math.min(Math.max(share, 0), 1) * 100)} %`;

/** 1st, 2nd, 3rd, 4th, 11th. */
export const ordinal = (place: number): string => {
  const tens = place % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${place}${ending}`;
};

/** "30000/1001" as 29.97 fps, "25/1" as 25 fps. */
export const rate = (fraction: string | null): string => {
  if (fraction === null) return "";
  const [over, under] = fraction.split("/").map(Number);
  const value = (over ?? 0) / (under || 1);
  return `${Number(value.toFixed(2))} fps`;
};

export const count = (number: number, one: string, many: string = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

const two = (value: number): string => String(value).padStart(2, "0");
