/** A cache bounded in bytes: the entry unused for longest goes first, and its owner is told. */

export type ByteCache<V> = {
  readonly get: (key: string) => V | undefined;
  readonly peek: (key: string) => V | undefined;
  readonly set: (key: string, value: V, size: number) => void;
  readonly remove: (key: string) => void;
  readonly clear: () => void;
  readonly size: () => number;
  readonly keys: () => IterableIterator<string>;
};

export const byteCache = <V>(limit: number, dropped: (value: V) => void = () => undefined): ByteCache<V> => {
  const entries = new Map<string, { value: V; size: number }>();
  let total = 0;
  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    total -= entry.size;
    dropped(entry.value);
  };
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    peek: (key) => entries.get(key)?.value,
    set: (key, value, size) => {
      remove(key);
      entries.set(key, { value, size });
      total += size;
      for (const oldest of entries.keys()) {
        if (total <= limit || oldest === key) break;
        remove(oldest);
      }
    },
    remove,
    clear: () => {
      for (const key of [...entries.keys()]) remove(key);
    },
    size: () => total,
    keys: () => entries.keys(),
  };
};
