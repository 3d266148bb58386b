/** Sending a file by tus: in pieces, paused and resumed, also after a reload or on another day. */

import { DetailedError, Upload, defaultOptions } from "tus-js-client";

import { ApiError, csrfToken } from "./http";

const ENDPOINT = "/uploads/";
const PIECE_BYTES = 8 * 1024 * 1024;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];

export type Sending = {
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** Stops and tells the server to forget what it has. */
  readonly discard: () => Promise<void>;
};

export type SendingEvents = {
  readonly onProgress: (sent: number, total: number) => void;
  readonly onDone: (videoId: string | null) => void;
  readonly onError: (sentence: string) => void;
};

const mayRetry = (error: DetailedError): boolean => {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status >= 500;
};

/** An upload begun earlier by this browser and not finished. */
export type Unfinished = { readonly key: string; readonly url: string; readonly name: string; readonly size: number };

export const sendFile = async (file: File, events: SendingEvents): Promise<Sending> => {
  const upload = new Upload(file, {
    endpoint: ENDPOINT,
    chunkSize: PIECE_BYTES,
    retryDelays: RETRY_MS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type },
    onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
    onProgress: events.onProgress,
    onSuccess: ({ lastResponse }) => events.onDone(lastResponse.getHeader("Studio-Video") ?? null),
    onError: (error) => events.onError(sentence(error)),
    onShouldRetry: mayRetry,
  });
  const earlier = await upload.findPreviousUploads();
  const last = earlier.at(-1);
  if (last !== undefined) upload.resumeFromPreviousUpload(last);
  upload.start();
  return {
    pause: () => upload.abort(),
    resume: () => upload.start(),
    discard: () => upload.abort(true),
  };
};

export const unfinished = async (): Promise<Unfinished[]> => {
  const stored = (await defaultOptions.urlStorage?.findAllUploads()) ?? [];
  return stored.flatMap((entry) =>
    entry.uploadUrl === null
      ? []
      : [
          {
            key: entry.urlStorageKey,
            url: entry.uploadUrl,
            name: entry.metadata["filename"] ?? "A file",
            size: entry.size ?? 0,
          },
        ],
  );
};

/** How many bytes the server holds, or null when it no longer knows the upload. */
export const heldBytes = async (url: string): Promise<number | null> => {
  const answer = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
  const offset = answer.headers.get("Upload-Offset");
  return answer.ok && offset !== null ? Number(offset) : null;
};

export const forget = async (item: Unfinished, onServer: boolean): Promise<void> => {
  await defaultOptions.urlStorage?.removeUpload(item.key);
  if (onServer)
    await fetch(item.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() } });
};

/** The server's own sentence when it refused, or ours. */
const sentence = (error: Error | DetailedError, otherwise = "The upload stopped. Resume it to go on from where it was."): string => {
  const body = error instanceof DetailedError ? error.originalResponse?.getBody() : undefined;
  if (body !== undefined && body !== "") {
    try {
      const said = JSON.parse(body) as { message?: unknown };
      if (typeof said.message === "string") return said.message;
    } catch {
      // A proxy's page instead of our JSON: the sentence below is all that is known.
    }
  }
  return otherwise;
};

/** Sends a file that is for a clip and becomes none itself; the upload's id. It is not gone on with another day. */
export const sendForImport = (file: File, onProgress: (sent: number, total: number) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_MS.slice(0, 4),
      storeFingerprintForResuming: false,
      metadata: { filename: file.name, purpose: "import" },
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onProgress,
      onSuccess: () => resolve(upload.url?.split("/").at(-1) ?? ""),
      onError: (error) => reject(new ApiError("upload", sentence(error, "The file could not be sent. Send it again."), 0)),
      onShouldRetry: mayRetry,
    });
    upload.start();
  });
