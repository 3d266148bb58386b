/** Twelve object colours that stay apart for colour-blind people and on film. The number is always shown beside them. */

export const OBJECT_COLORS: readonly string[] = [
  "#4cc2ff",
  "#ffb000",
  "#7bd88f",
  "#ff6b8a",
  "#b48cff",
  "#f2e85c",
  "#00c2a8",
  "#ff8f4c",
  "#6f8bff",
  "#d6a37c",
  "#f59be0",
  "#c7ccd6",
];

/** The first colour no object has yet, or the least used one. */
export const nextColor = (used: readonly string[]): string => {
  const uses = (color: string): number => used.filter((other) => other.toLowerCase() === color).length;
  return [...OBJECT_COLORS].sort((a, b) => uses(a) - uses(b))[0] ?? "#4cc2ff";
};

/** Red, green and blue, each 0 to 255. */
export const rgbOf = (color: string): [number, number, number] => {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
