/** One request; only method and URL are needed. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute http(s) URL. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange; default 30 000, 0 for none. */
  readonly timeoutMs?: number;
  /** Default true; at most 20 hops. */
  readonly followRedirects?: boolean;
  /** Further tries after a network failure or 429, 502, 503, 504; default 0. Only for requests that may be repeated. */
  readonly retries?: number;
  readonly retryDelayMs?: number;
  /** Default 32 MiB; a longer body rejects with HTTP_RESPONSE_TOO_LARGE. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal;
}

/** The answer, whatever its status; several `set-cookie` headers are joined by a line feed. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** After redirects. */
  readonly url: string;
}

/** Outgoing HTTP with deadline, retries and size limit. Any status is an answer, not an error. */
export interface HttpClient {
  /** Rejects with HTTP_…: unreachable, timed out, aborted, too large, bad URL. */
  send(request: HttpRequest): Promise<HttpResponse>;
}
