import { setMaxListeners } from "node:events";
import { Pool, type PoolClient } from "pg";
import { pause, raceAbort } from "../core/deadline.ts";
import type { AppError } from "../core/errors.ts";
import { type SessionPlan, setUpSession } from "./connection-config.ts";
import { databaseErrors } from "./errors.ts";
import { translateError } from "./translate-error.ts";

export interface ConnectionPool {
  /** A connection that is set up; whoever gets it releases it. Rejects with DATABASE_… errors. */
  checkOut(): Promise<PoolClient>;
  /** Waits for connections in use, at most so long, then cuts them. Call it once. */
  close(timeoutMs: number): Promise<void>;
}

export interface ConnectionPoolOptions {
  readonly plan: SessionPlan;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly onError: (error: AppError) => void;
}

/** A server process grows with the plans it keeps; a new one from time to time keeps it small. */
const MAX_LIFETIME_SECONDS = 3_600;
const IDLE_TIMEOUT_MS = 30_000;
const SOCKET_CLOSE_MS = 1_000;

export function openConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const { plan, maxConnections, connectTimeoutMs, onError } = options;
  /** Open connections, with the promise of their end. */
  const open = new Map<PoolClient, Promise<void>>();
  const cut = new AbortController();
  // Everybody who waits for a connection listens to it.
  setMaxListeners(0, cut.signal);
  const pool = new Pool({
    ...plan.config,
    max: maxConnections,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
    verify: (client, done) => void verifySession(client, plan, done),
  });
  // Without a listener, a server that stops would end this process (Node's rule for "error").
  pool.on("error", (error) => onError(translateError(error)));
  pool.on("connect", (client) => {
    // The pool's own listener is off while a client is checked out; the failing statement reports the loss.
    client.on("error", () => undefined);
    const ended = new Promise<void>((resolve) => {
      client.once("end", () => {
        open.delete(client);
        resolve();
      });
    });
    open.set(client, ended);
    if (cut.signal.aborted) endNow(client);
  });

  async function checkOut(): Promise<PoolClient> {
    try {
      return await raceAbort(pool.connect(), cut.signal, "waiting for a database connection");
    } catch (error) {
      const isFull = pool.totalCount >= maxConnections && /timeout exceeded/.test(String(error));
      if (isFull) throw databaseErrors.DATABASE_POOL_EXHAUSTED({ maxConnections, waitedMs: connectTimeoutMs });
      throw translateError(error);
    }
  }

  async function close(timeoutMs: number): Promise<void> {
    const isDrained = await settlesWithin(pool.end(), timeoutMs);
    if (!isDrained) {
      cut.abort(databaseErrors.DATABASE_CLOSED({}));
      for (const client of open.keys()) endNow(client);
    }
    await settlesWithin(Promise.all(open.values()), SOCKET_CLOSE_MS);
  }

  return { checkOut, close };
}

/** A running statement has its socket destroyed; it rejects, and its owner releases the client. */
function endNow(client: PoolClient): void {
  // The pool's type leaves out that its clients can be ended.
  const ending = (client as PoolClient & { end(): Promise<void> }).end();
  ending.catch(() => undefined);
}

async function verifySession(client: PoolClient, plan: SessionPlan, done: (error?: Error) => void): Promise<void> {
  try {
    await setUpSession(client, plan);
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)));
  }
  return done();
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const isInTime = await Promise.race([settled, pause(ms, timer.signal).then(() => false)]);
  timer.abort();
  return isInTime;
}
