import { type Clock, systemClock } from "../core/clock.ts";
import { startDeadline } from "../core/deadline.ts";
import { AppError } from "../core/errors.ts";
import { admit, type Circuit, type CircuitRules, CLOSED_CIRCUIT, settle } from "./circuit.ts";
import { createHttpClient } from "./create-http-client.ts";
import { httpErrors } from "./errors.ts";
import { HostSlots } from "./host-slots.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
import { describeTarget, readTarget } from "./target.ts";
import { translateFetchError } from "./translate-error.ts";

/** Limits of the client; every one has a default. */
export interface UnifiedHttpClientOptions {
  /** What sends; default a client of `createHttpClient`. */
  readonly client?: HttpClient;
  /** Requests to one host at a time; default 20. */
  readonly maxConcurrentPerHost?: number;
  /** Further tries of requests with a method that may be repeated; default 2. */
  readonly retries?: number;
  /** Milliseconds for requests that do not say; default 30 000. */
  readonly timeoutMs?: number;
  /** Default: 5 failures open the circuit for 60 s, 2 successes close it. */
  readonly circuit?: Partial<CircuitRules>;
  readonly clock?: Clock;
}

type RequestOptions = Omit<HttpRequest, "method" | "url" | "body">;

const DEFAULT_RULES: CircuitRules = { failuresToOpen: 5, openMs: 60_000, successesToClose: 2 };
/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
const MAX_CIRCUITS = 1_000;

/**
 * An HTTP client that protects both sides: retries what may be repeated, leaves servers alone that keep failing
 * (one circuit per scheme, host and port), and sends one host only so many requests at a time.
 *
 * End it with `close`.
 */
export class UnifiedHttpClient implements HttpClient {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #rules: CircuitRules;
  readonly #slots: HostSlots;
  readonly #retries: number;
  readonly #timeoutMs: number;
  /** Only of servers that failed lately; the others are closed circuits. */
  readonly #circuits = new Map<string, Circuit>();
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: UnifiedHttpClientOptions = {}) {
    this.#client = options.client ?? createHttpClient();
    this.#clock = options.clock ?? systemClock;
    this.#rules = { ...DEFAULT_RULES, ...options.circuit };
    this.#slots = new HostSlots(options.maxConcurrentPerHost ?? 20);
    this.#retries = options.retries ?? 2;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** As `HttpClient.send`; also rejects with HTTP_CIRCUIT_OPEN and HTTP_CLIENT_CLOSED. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const work = this.#send(request);
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  get(url: string, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.send({ ...options, method: "GET", url });
  }

  post(url: string, body: string | Uint8Array, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.send({ ...options, method: "POST", url, body });
  }

  put(url: string, body: string | Uint8Array, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.send({ ...options, method: "PUT", url, body });
  }

  delete(url: string, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.send({ ...options, method: "DELETE", url });
  }

  /** The circuit of the URL's server. */
  circuitState(url: string): Circuit["state"] {
    return this.#circuits.get(readTarget(url).url.origin)?.state ?? "closed";
  }

  /** Aborts what runs and waits for it; later requests reject with HTTP_CLIENT_CLOSED. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { url } = readTarget(request.url);
    const method = request.method.toUpperCase();
    const target = describeTarget(method, url);
    if (this.isClosed) throw httpErrors.HTTP_CLIENT_CLOSED({ target });
    this.#refuseIfOpen(url.origin, target);
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs;
    const startedMs = this.#clock.monotonicMs();
    const signal = anyOf(this.#closing.signal, request.signal);
    const giveBack = await this.#takeSlot(url.host, { target, timeoutMs, signal });
    try {
      this.#enter(url.origin, target);
      const leftMs = timeoutMs === 0 ? 0 : Math.max(1, timeoutMs - (this.#clock.monotonicMs() - startedMs));
      const retries = request.retries ?? (IDEMPOTENT.has(method) ? this.#retries : 0);
      const response = await this.#client.send({ ...request, timeoutMs: Math.ceil(leftMs), retries, signal });
      this.#settle(url.origin, response.status >= 500 ? "failure" : "success");
      return response;
    } catch (error) {
      this.#settle(url.origin, tellsOfServer(error) ? "failure" : "neutral");
      throw error;
    } finally {
      giveBack();
    }
  }

  /** The time in the queue counts as well. */
  async #takeSlot(
    host: string,
    context: { readonly target: string; readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<() => void> {
    const deadline = startDeadline(context.target, context.timeoutMs, context.signal);
    try {
      return await this.#slots.take(host, deadline.signal);
    } catch (error) {
      throw translateFetchError(error, { ...context, signal: deadline.signal });
    } finally {
      deadline.clear();
    }
  }

  #refuseIfOpen(origin: string, target: string): Circuit {
    const admission = admit(this.#circuits.get(origin) ?? CLOSED_CIRCUIT, this.#clock.monotonicMs());
    if (admission.kind === "pass") return admission.circuit;
    const { failures, retryInMs } = admission;
    throw httpErrors.HTTP_CIRCUIT_OPEN({ target, failures, retryInMs });
  }

  #enter(origin: string, target: string): void {
    this.#remember(origin, this.#refuseIfOpen(origin, target));
  }

  #settle(origin: string, outcome: "success" | "failure" | "neutral"): void {
    const circuit = this.#circuits.get(origin) ?? CLOSED_CIRCUIT;
    this.#remember(origin, settle(circuit, outcome, this.#rules, this.#clock.monotonicMs()));
  }

  #remember(origin: string, circuit: Circuit): void {
    this.#circuits.delete(origin);
    if (circuit.state === "closed" && circuit.failures === 0) return;
    this.#circuits.set(origin, circuit);
    const oldest = this.#circuits.keys().next();
    if (this.#circuits.size > MAX_CIRCUITS && !oldest.done) this.#circuits.delete(oldest.value);
  }
}

/** Network failures and timeouts say that the server is in trouble; aborts and bad requests do not. */
function tellsOfServer(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}

function anyOf(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}

let shared: UnifiedHttpClient | undefined;

/**
 * The client of this process, made when it is first asked for; for scripts and programs that use this package.
 *
 * Whoever ends the program closes it; after that the next call makes a new one.
 */
export function getUnifiedHttpClient(): UnifiedHttpClient {
  if (shared === undefined || shared.isClosed) shared = new UnifiedHttpClient();
  return shared;
}
