/** Requests to the studio's API: session cookie, CSRF header, one error shape, a limit on every wait. */

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

const WAIT_MS = 30_000;

/** The CSRF token as Django's cookie has it, or as the page template wrote it when the cookie is kept from scripts. */
export const csrfToken = (): string => {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLElement>("[data-csrf]")?.dataset["csrf"] ?? "";
};

export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await (await send("GET", path, undefined, signal)).json()) as T;

export const sendJson = async <T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> => {
  const answer = await send(method, path, body);
  const text = await answer.text();
  return (text === "" ? null : JSON.parse(text)) as T;
};

export const getBytes = async (path: string, signal?: AbortSignal): Promise<Uint8Array> =>
  new Uint8Array(await (await send("GET", path, undefined, signal)).arrayBuffer());

/** A file as it is: its type is the browser's word for it. */
export const sendFile = async <T>(path: string, file: File): Promise<T> => (await (await send("POST", path, file)).json()) as T;

const send = async (method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> => {
  const headers: Record<string, string> = { Accept: "application/json, application/msgpack" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = body instanceof File ? body.type || "application/octet-stream" : "application/json";
  const limit = AbortSignal.timeout(WAIT_MS);
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: body instanceof File ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError("unreachable", "The studio cannot be reached. It is tried again by itself.", 0);
  }
  if (answer.ok) return answer;
  throw await errorOf(answer);
};

const errorOf = async (answer: Response): Promise<ApiError> => {
  if (answer.status === 401) return new ApiError("signed-out", "You are signed out. Sign in again to go on.", 401);
  try {
    const said = (await answer.json()) as { code?: unknown; message?: unknown };
    if (typeof said.code === "string" && typeof said.message === "string")
      return new ApiError(said.code, said.message, answer.status);
  } catch {
    // Not our error shape: a proxy's page, or nothing. The sentence below says what is known.
  }
  return new ApiError("error", `The studio answered with error ${answer.status}. Try again.`, answer.status);
};

/** Whether nobody answered: not the studio, or a proxy in its place. What was asked may or may not have been done. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || (error.code === "error" && [502, 503, 504].includes(error.status)));

/** What went wrong, as a sentence for a person. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ApiError ? error.message : "Something went wrong on this page. Reload it to go on.";
