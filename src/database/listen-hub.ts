import net from "node:net";
import { Client, escapeIdentifier, type QueryConfig } from "pg";
import { pause } from "../core/deadline.ts";
import { type AppError, messageOf } from "../core/errors.ts";
import { type SessionPlan, setUpSession } from "./connection-config.ts";
import type { Subscription } from "./database.ts";
import { databaseErrors } from "./errors.ts";
import { translateError } from "./translate-error.ts";

export interface ListenHubOptions {
  readonly plan: SessionPlan;
  readonly onError: (error: AppError) => void;
  /** Milliseconds between checks that the connection still answers; default 15 000. */
  readonly checkEveryMs?: number;
  /** Milliseconds the server may take for an answer; default 10 000. */
  readonly answerWithinMs?: number;
}

interface Listener {
  readonly onNotify: (payload: string) => void;
  readonly onGap: (() => void) | undefined;
}

/** One open connection; `lost` settles when it has ended, for whatever reason. */
interface Connection {
  run(text: string): Promise<void>;
  readonly lost: Promise<void>;
  destroy(): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

/** All channels of one pool on one connection, which is opened for the first listener and closed after the last. */
export class ListenHub {
  readonly #options: ListenHubOptions;
  readonly #channels = new Map<string, Set<Listener>>();
  readonly #closing = new AbortController();
  readonly #watchers = new Set<Promise<void>>();
  #current: Promise<Connection> | undefined;

  constructor(options: ListenHubOptions) {
    this.#options = options;
  }

  /** As `Database.listen`; rejects when the first connection cannot be made. */
  async listen(channel: string, onNotify: Listener["onNotify"], onGap?: () => void): Promise<Subscription> {
    if (this.#closing.signal.aborted) throw databaseErrors.DATABASE_CLOSED({});
    const listener: Listener = { onNotify, onGap };
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(listener));
    try {
      const connection = await this.#connect();
      await connection.run(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      await this.#drop(channel, listener);
      throw translateError(error);
    }
    return { close: () => this.#drop(channel, listener) };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#channels.clear();
    const connection = await this.#current?.catch(() => undefined);
    connection?.destroy();
    await Promise.all(this.#watchers);
  }

  /** The open connection, or the one that is being opened; a failed attempt makes room for the next one. */
  async #connect(): Promise<Connection> {
    if (this.#current !== undefined) return this.#current;
    const deliver = (channel: string, payload: string): void => this.#deliver(channel, payload);
    const attempt = openConnection(this.#options, deliver, this.#closing.signal);
    this.#current = attempt;
    try {
      const connection = await attempt;
      const watcher = this.#watch(connection, attempt).finally(() => this.#watchers.delete(watcher));
      this.#watchers.add(watcher);
      return connection;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  /** Owns one connection to its end, and then the way to the next one. */
  async #watch(connection: Connection, attempt: Promise<Connection>): Promise<void> {
    const ended = new AbortController();
    const checks = checkRegularly(connection, this.#options.checkEveryMs ?? 15_000, ended.signal);
    await connection.lost;
    ended.abort();
    await checks;
    if (this.#current === attempt) this.#current = undefined;
    let delayMs = FIRST_RETRY_MS;
    // A connection that is current already was made by a new listener, and has its own watcher.
    while (this.#channels.size > 0 && this.#current === undefined) {
      if (!(await pause(delayMs * (0.5 + Math.random() / 2), this.#closing.signal))) return;
      delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
      if (await this.#reconnect()) return;
    }
  }

  async #reconnect(): Promise<boolean> {
    try {
      const connection = await this.#connect();
      for (const channel of this.#channels.keys()) await connection.run(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      this.#options.onError(translateError(error));
      return false;
    }
    for (const [channel, listeners] of this.#channels) {
      for (const { onGap } of listeners) if (onGap) this.#callSafely(channel, onGap);
    }
    return true;
  }

  #deliver(channel: string, payload: string): void {
    for (const { onNotify } of this.#channels.get(channel) ?? []) this.#callSafely(channel, () => onNotify(payload));
  }

  #callSafely(channel: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      const failure = databaseErrors.DATABASE_LISTENER_FAILED({ channel, reason: messageOf(error) }, { cause: error });
      this.#options.onError(failure);
    }
  }

  async #drop(channel: string, listener: Listener): Promise<void> {
    const listeners = this.#channels.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#channels.delete(channel);
    const connection = await this.#current?.catch(() => undefined);
    if (this.#channels.size === 0) {
      this.#current = undefined;
      return connection?.destroy();
    }
    // A listener may have come back to the channel meanwhile.
    if (this.#channels.has(channel)) return;
    await connection?.run(`unlisten ${escapeIdentifier(channel)}`).catch(() => undefined);
  }
}

async function openConnection(
  options: ListenHubOptions,
  deliver: (channel: string, payload: string) => void,
  closing: AbortSignal,
): Promise<Connection> {
  const socket = new net.Socket();
  const client = new Client({ ...options.plan.config, stream: () => socket });
  client.on("error", () => undefined);
  client.on("notification", ({ channel, payload }) => deliver(channel, payload ?? ""));
  const lost = new Promise<void>((resolve) => {
    client.once("end", resolve);
  });
  const destroy = (): void => {
    socket.destroy();
  };
  closing.addEventListener("abort", destroy, { once: true });
  client.once("end", () => closing.removeEventListener("abort", destroy));
  try {
    await client.connect();
    await setUpSession(client, options.plan);
  } catch (error) {
    destroy();
    throw translateError(error);
  }
  const answerWithin = { query_timeout: options.answerWithinMs ?? 10_000 };
  let tail: Promise<unknown> = Promise.resolve();
  return {
    lost,
    destroy,
    async run(text) {
      const query: QueryConfig & { query_timeout: number } = { text, ...answerWithin };
      const next = tail.then(() => client.query(query));
      tail = next.catch(() => undefined);
      await next;
    },
  };
}

/** A peer that vanished sends nothing, not even an end: only a question finds out. */
async function checkRegularly(connection: Connection, everyMs: number, ended: AbortSignal): Promise<void> {
  while (await pause(everyMs, ended)) {
    try {
      await connection.run("select 1");
    } catch {
      connection.destroy();
      return;
    }
  }
}
