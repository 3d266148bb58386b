/**
 * The live feed: a socket that says the last revision it has, is sent the rest, and comes back by itself.
 *
 * A message is acknowledged once it was applied, so a slow page slows its own feed and nothing else. After a loss the
 * wait grows from half a second to fifteen, with a random share, so that many pages do not come back at once.
 */

import { decode, encode } from "@msgpack/msgpack";

import type { Message } from "../model/types";

export type Link = "connecting" | "open" | "waiting";

export type SocketOptions = {
  /** The path with the cursor in it, asked for at each connection. */
  readonly path: () => string;
  readonly onMessage: (message: Message) => void;
  readonly onLink: (link: Link) => void;
  /** The server will not have this page back: a sentence that says why. */
  readonly onEnd: (sentence: string) => void;
};

const ENDS: ReadonlyMap<number, string> = new Map([
  [4401, "You are signed out. Sign in again to go on."],
  [4403, "This page is not served from the studio's own address. Open it there."],
  [4404, "This clip is not there any more. Go back to the library."],
]);

export type LiveSocket = { readonly close: () => void };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const STEADY_MS = 5_000; // a connection that held this long resets the wait

/** The wait before try number `tries` (from 0), with jitter between a half and the whole. */
export const backOff = (tries: number, random: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS) * (0.5 + random / 2);

export const openSocket = (options: SocketOptions): LiveSocket => {
  let socket: WebSocket | null = null;
  let timer: number | undefined;
  let tries = 0;
  let closed = false;

  const connect = (): void => {
    window.clearTimeout(timer);
    if (closed || socket !== null) return;
    options.onLink("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const opened = new WebSocket(`${scheme}//${location.host}${options.path()}`);
    let openedAt = 0;
    opened.binaryType = "arraybuffer";
    socket = opened;
    opened.onopen = () => {
      openedAt = performance.now();
      options.onLink("open");
    };
    opened.onmessage = (event: MessageEvent<unknown>) => {
      if (!(event.data instanceof ArrayBuffer)) return;
      const message = decode(new Uint8Array(event.data)) as Message;
      options.onMessage(message);
      if (message.type === "changes" && opened.readyState === WebSocket.OPEN)
        opened.send(encode({ type: "ack", revision: message.revision }));
    };
    opened.onclose = (event) => {
      socket = null;
      if (closed) return;
      const end = ENDS.get(event.code);
      if (end !== undefined) {
        closed = true;
        options.onLink("waiting");
        options.onEnd(end);
        return;
      }
      tries = openedAt > 0 && performance.now() - openedAt > STEADY_MS ? 0 : tries + 1;
      options.onLink("waiting");
      timer = window.setTimeout(connect, backOff(Math.max(tries - 1, 0), Math.random()));
    };
  };

  const now = (): void => {
    tries = 0;
    connect();
  };
  window.addEventListener("online", now);
  connect();
  return {
    close: () => {
      closed = true;
      window.removeEventListener("online", now);
      window.clearTimeout(timer);
      socket?.close();
    },
  };
};
