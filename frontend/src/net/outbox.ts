/**
 * What the page writes, one after the other in the order it was done. While the studio cannot be reached a write is kept
 * and sent again, at once when the link is back and else ever more seldom; so each must do no harm when it is done twice.
 */

export type OutboxOptions = {
  /** Whether a write failed because nothing answered, and not because it was refused. */
  readonly isUnreachable: (error: unknown) => boolean;
  /** Writes are waiting for the studio to be back, or no longer. */
  readonly onWaiting: (waiting: boolean) => void;
};

export type Outbox = {
  /** What the work gives, once everything given before it has been answered. Throws what it was refused with. */
  readonly send: <T>(work: () => Promise<T>) => Promise<T>;
  /** The studio may be back: try now. */
  readonly retry: () => void;
  readonly close: () => void;
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

export const openOutbox = ({ isUnreachable, onWaiting }: OutboxOptions): Outbox => {
  let before: Promise<unknown> = Promise.resolve();
  let wake: () => void = () => undefined;
  let closed = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const untilAnswered = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries += 1) {
      try {
        const done = await work();
        if (tries > 0) onWaiting(false);
        return done;
      } catch (error) {
        if (closed || !isUnreachable(error)) {
          if (tries > 0) onWaiting(false);
          throw error;
        }
        if (tries === 0) onWaiting(true);
        await pause(Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS));
      }
    }
  };

  return {
    send: (work) => {
      const answer = before.then(() => untilAnswered(work));
      before = answer.catch(() => undefined); // one that is refused does not hold up the next
      return answer;
    },
    retry: () => wake(),
    close: () => {
      closed = true;
      wake();
    },
  };
};
