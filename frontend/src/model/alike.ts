/** Whether two plain values say the same: objects and arrays by what is in them, everything else by what it is. */
export const alike = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => alike(item, b[at]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
};

/** Gives what it gave before as long as that says the same: what depends on it then need not be made anew. */
export const steady = <T>(): ((value: T) => T) => {
  let held: { readonly value: T } | null = null;
  return (value) => {
    if (held === null || !alike(held.value, value)) held = { value };
    return held.value;
  };
};

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
