import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openOutbox } from "./outbox";

const gone = new Error("unreachable");
let waits: boolean[] = [];
const open = () => openOutbox({ isUnreachable: (error) => error === gone, onWaiting: (waiting) => waits.push(waiting) });

/** A write that finds nobody so many times, and tells when it was done. */
const write = (name: string, log: string[], failures = 0) => async () => {
  log.push(failures > 0 ? `${name} unanswered` : name);
  if (failures > 0) {
    failures -= 1;
    throw gone;
  }
  return name;
};

beforeEach(() => {
  waits = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("writes are sent in the order they were done, each after the answer to the one before", async () => {
  const [outbox, log]: [ReturnType<typeof open>, string[]] = [open(), []];
  let answer: () => void = () => undefined;
  const first = outbox.send(() => new Promise<void>((resolve) => (answer = resolve)).then(() => void log.push("first")));
  const second = outbox.send(write("second", log));

  await vi.advanceTimersByTimeAsync(50);
  expect(log).toEqual([]);
  answer();
  await Promise.all([first, second]);

  expect(log).toEqual(["first", "second"]);
  expect(waits).toEqual([]);
});

test("what found nobody is kept and sent again, before what was done after it", async () => {
  const [outbox, log]: [ReturnType<typeof open>, string[]] = [open(), []];
  const sent = [outbox.send(write("first", log, 2)), outbox.send(write("second", log))];

  await vi.advanceTimersByTimeAsync(3_500);

  expect(await Promise.all(sent)).toEqual(["first", "second"]);
  expect(log).toEqual(["first unanswered", "first unanswered", "first", "second"]);
  expect(waits).toEqual([true, false]);
});

test("it is sent at once when the link is back", async () => {
  const [outbox, log]: [ReturnType<typeof open>, string[]] = [open(), []];
  const sent = outbox.send(write("edit", log, 4));
  await vi.advanceTimersByTimeAsync(7_100); // three tries have failed, the next but one is eight seconds away
  expect(log.length).toBe(4);

  outbox.retry();
  await vi.advanceTimersByTimeAsync(0);

  expect(await sent).toBe("edit");
});

test("what is refused is told, and holds up nothing", async () => {
  const [outbox, log]: [ReturnType<typeof open>, string[]] = [open(), []];
  const refused = outbox.send(() => Promise.reject(new Error("no such frame")));
  const next = outbox.send(write("next", log));

  await expect(refused).rejects.toThrow("no such frame");
  expect(await next).toBe("next");
  expect(waits).toEqual([]);
});

test("a page that goes away tries no more", async () => {
  const outbox = open();
  const sent = outbox.send(() => Promise.reject(gone));
  const failed = expect(sent).rejects.toBe(gone);
  await vi.advanceTimersByTimeAsync(10);

  outbox.close();

  await failed;
});
