import type { z } from "zod";
import { deadlineErrors, pause, raceAbort, startDeadline } from "../../core/deadline.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { clientErrors } from "./errors.ts";
import { readProblem } from "./read-problem.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** How to reach an orchestrator. */
export interface ClientOptions {
  /** `http://127.0.0.1:8000` */
  readonly baseUrl: string;
  /** An API key, `crpa_…`; without one only `health` answers. */
  readonly apiKey?: string;
  /** Milliseconds one exchange may take; default 30 000. Does not limit downloads, uploads and streams. */
  readonly timeoutMs?: number;
  /** Further tries when the orchestrator is out of reach or busy; default 2. Only for what cannot be done twice by that. */
  readonly retries?: number;
  readonly fetch?: typeof fetch;
}

/** What any call may set. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** What a call that is sent with an idempotency key may set. */
export interface PostOptions extends CallOptions {
  /** Default: a new one for each call, so that its own further tries are recognized. */
  readonly idempotencyKey?: string;
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

interface RequestSpec extends PostOptions {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Begins with a slash; parts from outside are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless `content` is given. */
  readonly body?: unknown;
  readonly content?: Uint8Array;
  /** Handling it twice does the same as once; default for GET, and for POST, which carries a key. */
  readonly repeatable?: boolean;
}

/** One orchestrator, reached over HTTP. */
export interface Connection {
  /** The answer's JSON as the schema reads it. */
  json<T>(spec: RequestSpec, schema: z.ZodType<T>): Promise<T>;
  /** An answer without content. */
  nothing(spec: RequestSpec): Promise<void>;
  /** An answer whose body is still to be read; not repeated, not limited in time once it began. */
  open(spec: RequestSpec): Promise<Response>;
}

/** Throws ORCHESTRATOR_URL_INVALID. Every call rejects with the orchestrator's own error codes or with ORCHESTRATOR_…. */
export function connectTo(options: ClientOptions): Connection {
  const baseUrl = readBaseUrl(options.baseUrl);
  const { timeoutMs = 30_000, retries = 2 } = options;
  const send = options.fetch ?? fetch;

  async function exchange(spec: RequestSpec, signal: AbortSignal): Promise<Response> {
    try {
      return await send(urlOf(baseUrl, spec), { ...initOf(options, spec), signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw clientErrors.ORCHESTRATOR_UNREACHABLE({ baseUrl, reason: reasonOf(error) }, { cause: error });
    }
  }

  async function answerOf<T>(spec: RequestSpec, read: (response: Response, text: string) => T): Promise<T> {
    const deadline = startDeadline(`${spec.method} ${spec.path}`, timeoutMs, spec.signal);
    try {
      const response = await exchange(spec, deadline.signal);
      const text = await textOf(response, deadline.signal);
      if (!response.ok) throw problemOf(baseUrl, response.status, text);
      return read(response, text);
    } finally {
      deadline.clear();
    }
  }

  async function insist<T>(spec: RequestSpec, work: (keyed: RequestSpec) => Promise<T>): Promise<T> {
    // One key for all tries: the orchestrator answers a second one with what came of the first.
    const keyed = spec.method === "POST" ? { ...spec, idempotencyKey: spec.idempotencyKey ?? newId() } : spec;
    const isRepeatable = spec.repeatable ?? (spec.method === "GET" || spec.method === "POST");
    const tries = isRepeatable ? retries : 0;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(keyed);
      } catch (error) {
        const delayMs = retryDelayMs(error, { attempt, retries: tries, dice: Math.random() });
        if (delayMs === undefined || !(await pause(delayMs, spec.signal))) throw error;
      }
    }
  }

  return {
    json: (spec, schema) =>
      insist(spec, (keyed) =>
        answerOf(keyed, (response, text) => readAnswer({ baseUrl, status: response.status, text }, schema)),
      ),
    nothing: (spec) => insist(spec, (keyed) => answerOf(keyed, () => undefined)),
    async open(spec) {
      const signal = spec.signal ?? new AbortController().signal;
      const response = await exchange(spec, signal);
      if (!response.ok) throw problemOf(baseUrl, response.status, await textOf(response, signal));
      return response;
    },
  };
}

function readBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw clientErrors.ORCHESTRATOR_URL_INVALID({ problem: "cannot be read" });
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw clientErrors.ORCHESTRATOR_URL_INVALID({ problem: `has the scheme ${url.protocol.slice(0, -1)}` });
  }
  if (url.username !== "" || url.password !== "") {
    throw clientErrors.ORCHESTRATOR_URL_INVALID({ problem: "holds a password; give the API key instead" });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function urlOf(baseUrl: string, { path, query = {} }: RequestSpec): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return search.size === 0 ? `${baseUrl}${path}` : `${baseUrl}${path}?${search.toString()}`;
}

function initOf({ apiKey }: ClientOptions, spec: RequestSpec): RequestInit {
  const isJson = spec.content === undefined && spec.body !== undefined;
  const body = isJson ? JSON.stringify(spec.body) : spec.content;
  return {
    method: spec.method,
    redirect: "error",
    headers: {
      accept: "application/json",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(isJson && { "content-type": "application/json" }),
      ...(spec.idempotencyKey !== undefined && { "idempotency-key": spec.idempotencyKey }),
      ...spec.headers,
    },
    ...(body !== undefined && { body: body as NonNullable<RequestInit["body"]> }),
  };
}

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  try {
    // Raced: fetch may have lost its signal by now, see core/read-chunks.ts.
    return await raceAbort(response.text(), signal, "reading an answer");
  } catch (error) {
    if (signal.aborted) throw signal.reason ?? deadlineErrors.CORE_ABORTED({ what: "reading an answer" });
    const reason = `the answer broke off (${messageOf(error)})`;
    throw clientErrors.ORCHESTRATOR_UNREACHABLE({ baseUrl: new URL(response.url).origin, reason }, { cause: error });
  }
}

function problemOf(baseUrl: string, status: number, text: string): AppError {
  const told = readProblem(text);
  if (told) return told;
  // A proxy says so in its own words; the orchestrator behind it may be back in a moment.
  if (status === 502 || status === 503 || status === 504) {
    return clientErrors.ORCHESTRATOR_UNREACHABLE({ baseUrl, reason: `HTTP ${status} from a proxy` });
  }
  return clientErrors.ORCHESTRATOR_BAD_ANSWER({ baseUrl, status, problem: "the error is not problem+json" });
}

function readAnswer<T>(
  answer: { readonly baseUrl: string; readonly status: number; readonly text: string },
  schema: z.ZodType<T>,
): T {
  const { baseUrl, status, text } = answer;
  try {
    const read = schema.safeParse(JSON.parse(text));
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const problem = `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not as expected"}`.trim();
    throw clientErrors.ORCHESTRATOR_BAD_ANSWER({ baseUrl, status, problem });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw clientErrors.ORCHESTRATOR_BAD_ANSWER({ baseUrl, status, problem: "the body is not JSON" }, { cause: error });
  }
}

/** Node's fetch says "fetch failed" and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.message : messageOf(error);
}
