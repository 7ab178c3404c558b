import { type Clock, systemClock } from "../core/clock.ts";
import { pause, startDeadline } from "../core/deadline.ts";
import { AppError } from "../core/errors.ts";
import { readChunks } from "../core/read-chunks.ts";
import { httpErrors } from "./errors.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
import { followRedirect, type Hop } from "./redirect.ts";
import { isRetriedStatus, retryDelayMs } from "./retry-delay.ts";
import { describeTarget, readTarget } from "./target.ts";
import { translateFetchError } from "./translate-error.ts";

/** Defaults of a client. */
export interface HttpClientOptions {
  /** `User-Agent` of requests that do not bring their own; default `casare-rpa`. */
  readonly userAgent?: string;
  /** Milliseconds for requests that do not say; default 30 000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** In [0, 1); spreads retries. */
  readonly dice?: () => number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRY_DELAY_MS = 1_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const MAX_HOPS = 20;

/** HTTP over the runtime's fetch and its connection pool; it holds nothing that would need closing. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const clock = options.clock ?? systemClock;
  const dice = options.dice ?? Math.random;

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const first = toHop(request, options.userAgent ?? "casare-rpa");
    const target = describeTarget(first.method, first.url);
    const endsAtMs = timeoutMs > 0 ? clock.monotonicMs() + timeoutMs : Number.POSITIVE_INFINITY;
    const deadline = startDeadline(target, timeoutMs, request.signal);
    try {
      for (let attempt = 1; ; attempt++) {
        const outcome = await exchange(first, request, deadline.signal);
        if (attempt > (request.retries ?? 0) || !isWorthRetrying(outcome)) return unwrap(outcome);
        const delayMs = retryDelayMs(attempt, {
          baseMs: request.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
          retryAfter: outcome.kind === "answer" ? outcome.response.headers["retry-after"] : undefined,
          now: clock.now(),
          dice: dice(),
        });
        // Waiting past the deadline would turn an answer into a timeout.
        if (clock.monotonicMs() + delayMs >= endsAtMs) return unwrap(outcome);
        if (!(await pause(delayMs, deadline.signal))) throw deadline.signal.reason;
      }
    } catch (error) {
      throw translateFetchError(error, { target, timeoutMs, signal: deadline.signal });
    } finally {
      deadline.clear();
    }
  }
  return { send };
}

type Outcome =
  | { readonly kind: "answer"; readonly response: HttpResponse }
  | { readonly kind: "failure"; readonly error: AppError };

function isWorthRetrying(outcome: Outcome): boolean {
  return outcome.kind === "answer" ? isRetriedStatus(outcome.response.status) : outcome.error.retryable;
}

function unwrap(outcome: Outcome): HttpResponse {
  if (outcome.kind === "failure") throw outcome.error;
  return outcome.response;
}

function toHop(request: HttpRequest, userAgent: string): Hop {
  const { url, authorization } = readTarget(request.url);
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method: request.method.toUpperCase(),
    url,
    headers: {
      "user-agent": userAgent,
      ...(authorization !== undefined && { authorization }),
      ...Object.fromEntries(given),
    },
    body: request.body,
  };
}

/** One try, redirects included. Failures that end the whole request are thrown, the others returned. */
async function exchange(first: Hop, request: HttpRequest, signal: AbortSignal): Promise<Outcome> {
  const maxBytes = request.maxResponseBytes ?? DEFAULT_MAX_BYTES;
  let hop = first;
  for (let hops = 0; ; hops++) {
    const target = describeTarget(hop.method, hop.url);
    try {
      const response = await fetch(hop.url, {
        method: hop.method,
        headers: hop.headers,
        redirect: "manual",
        signal,
        ...(hop.body !== undefined && { body: hop.body }),
      });
      const location = response.headers.get("location") ?? undefined;
      const next = request.followRedirects === false ? undefined : followRedirect(hop, response.status, location);
      if (next === undefined)
        return { kind: "answer", response: await readResponse(response, { hop, target, maxBytes, signal }) };
      await response.body?.cancel();
      if (hops >= MAX_HOPS) throw httpErrors.HTTP_TOO_MANY_REDIRECTS({ target, maxHops: MAX_HOPS });
      hop = next;
    } catch (error) {
      if (signal.aborted) throw error;
      return { kind: "failure", error: translateFetchError(error, { target, timeoutMs: 0, signal }) };
    }
  }
}

async function readResponse(
  response: Response,
  limits: { readonly hop: Hop; readonly target: string; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<HttpResponse> {
  const { hop, target, maxBytes, signal } = limits;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop by an error cancels the stream, which closes the connection.
  for await (const chunk of readChunks(response, signal)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw httpErrors.HTTP_RESPONSE_TOO_LARGE({ target, maxBytes });
    chunks.push(chunk);
  }
  signal.throwIfAborted();
  return {
    status: response.status,
    headers: readHeaders(response.headers),
    body: Buffer.concat(chunks),
    url: hop.url.href,
  };
}

/** Several `set-cookie` headers are joined by a line feed, because a comma is part of their dates. */
function readHeaders(headers: Headers): Record<string, string> {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length > 0 && { "set-cookie": cookies.join("\n") }) };
}
