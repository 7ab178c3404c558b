import type { ClientBase, PoolClient, QueryResult } from "pg";
import type { Sql } from "sql-template-tag";
import type { AppError } from "../core/errors.ts";
import { planSessions } from "./connection-config.ts";
import { openConnectionPool } from "./connection-pool.ts";
import type { Database, Queryable, TransactionOptions } from "./database.ts";
import { databaseErrors } from "./errors.ts";
import { ListenHub } from "./listen-hub.ts";
import { StatementNames } from "./statement-names.ts";
import { breaksConnection, translateError } from "./translate-error.ts";

/** Limits of a pool; every one has a default. */
export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`, or the folder of a Unix socket. */
  readonly url: string;
  /** Connections of the pool; default 10. LISTEN takes one more. */
  readonly maxConnections?: number;
  /** Shown in pg_stat_activity; default `casare`. */
  readonly applicationName?: string;
  /** Milliseconds one statement may take; default 30 000, 0 for none. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds a transaction may wait for its client; default 60 000, 0 for none. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Milliseconds to wait for a connection; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How much longer than `statementTimeoutMs` to wait for a server that says nothing at all; default 5 000. */
  readonly silenceMs?: number;
  /** Default true; false for PgBouncer before 1.21 in transaction mode. */
  readonly preparedStatements?: boolean;
  /** Server settings of each connection, such as `plan_cache_mode`. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
  /** Told of connections that broke while nobody used them, and of listeners that threw. */
  readonly onError?: (error: AppError) => void;
}

/** A pool that connects with its first statement; see `Database` for what it promises. Rejects with DATABASE_URL_INVALID. */
export function openDatabase(options: DatabaseOptions): Database {
  const maxConnections = options.maxConnections ?? 10;
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const silenceMs = options.silenceMs ?? 5_000;
  const onError = options.onError ?? (() => undefined);
  const plan = planSessions({
    url: options.url,
    applicationName: options.applicationName ?? "casare",
    connectTimeoutMs,
    statementTimeoutMs,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 60_000,
    sessionSettings: options.sessionSettings ?? {},
  });
  const pool = openConnectionPool({ plan, maxConnections, connectTimeoutMs, onError });
  const names = options.preparedStatements === false ? undefined : new StatementNames();
  const hub = new ListenHub({ plan, onError });

  async function query<Row>(statement: Sql): Promise<Row[]> {
    const client = await pool.checkOut();
    try {
      const rows = await runStatement<Row>(client, statement, { names, silenceMs, limitMs: statementTimeoutMs });
      client.release();
      return rows;
    } catch (error) {
      client.release(breaksConnection(error));
      throw translateError(error);
    }
  }

  async function withTransaction<T>(
    work: (transaction: Queryable) => Promise<T>,
    transactionOptions: TransactionOptions = {},
  ): Promise<T> {
    const client = await pool.checkOut();
    const limitMs = transactionOptions.statementTimeoutMs ?? statementTimeoutMs;
    let isBroken = true;
    try {
      const result = await runTransaction(client, work, {
        names,
        silenceMs,
        limitMs,
        differsFromPool: limitMs !== statementTimeoutMs,
      });
      isBroken = false;
      return result;
    } catch (error) {
      if (error instanceof FailedTransaction) {
        isBroken = error.breaksConnection;
        throw error.reason;
      }
      throw translateError(error);
    } finally {
      client.release(isBroken);
    }
  }

  let closing: Promise<void> | undefined;
  return {
    query,
    withTransaction,
    listen: (channel, onNotify, onGap) => hub.listen(channel, onNotify, onGap),
    close(timeoutMs = 5_000) {
      closing ??= Promise.all([hub.close(), pool.close(timeoutMs)]).then(() => undefined);
      return closing;
    },
  };
}

interface StatementPlan {
  readonly names: StatementNames | undefined;
  readonly limitMs: number;
  readonly silenceMs: number;
}

async function runStatement<Row>(client: ClientBase, statement: Sql, plan: StatementPlan): Promise<Row[]> {
  const { text, values } = statement;
  // Text without values may hold several statements, which cannot be prepared as one.
  const name = values.length > 0 ? plan.names?.nameFor(text) : undefined;
  const result: unknown = await client.query({
    text,
    values,
    ...(name !== undefined && { name }),
    ...silenceLimit(plan),
  });
  // Several statements in one text give several results.
  const last = (Array.isArray(result) ? result.at(-1) : result) as QueryResult;
  return last.rows as Row[];
}

/** For connections that died without a word: the server's own limit would have answered by then. */
function silenceLimit(plan: StatementPlan): { query_timeout?: number } {
  return plan.limitMs > 0 ? { query_timeout: plan.limitMs + plan.silenceMs } : {};
}

/** Carries the error for the caller out of `runTransaction`, beside what becomes of the connection. */
class FailedTransaction extends Error {
  readonly reason: unknown;
  readonly breaksConnection: boolean;

  constructor(reason: unknown, isBroken: boolean) {
    super("transaction failed");
    this.reason = reason;
    this.breaksConnection = isBroken;
  }
}

async function runTransaction<T>(
  client: PoolClient,
  work: (transaction: Queryable) => Promise<T>,
  plan: StatementPlan & { readonly differsFromPool: boolean },
): Promise<T> {
  const command = (text: string) => client.query({ text, ...silenceLimit(plan) });
  const limit = plan.differsFromPool ? `; set local statement_timeout = ${Math.trunc(plan.limitMs)}` : "";
  await command(`begin isolation level read committed${limit}`);
  const transaction = createTransaction(client, plan);
  let result: T;
  try {
    result = await work(transaction);
    await transaction.end();
  } catch (error) {
    await transaction.end();
    const isRolledBack = await command("rollback").then(
      () => true,
      () => false,
    );
    throw new FailedTransaction(error, !isRolledBack || transaction.isBroken());
  }
  const { command: outcome } = await command("commit");
  // COMMIT of a failed transaction is answered with ROLLBACK and no error: the work would be lost silently.
  if (outcome !== "COMMIT") {
    const cause = transaction.firstFailure();
    const reason = cause?.message ?? "unknown";
    throw new FailedTransaction(databaseErrors.DATABASE_ROLLED_BACK({ reason }, { cause }), transaction.isBroken());
  }
  return result;
}

interface OpenTransaction extends Queryable {
  /** Waits for statements nobody awaited, then refuses further ones. */
  end(): Promise<void>;
  firstFailure(): AppError | undefined;
  isBroken(): boolean;
}

/** Statements of one connection run one after the other, whatever the caller awaits in parallel. */
function createTransaction(client: PoolClient, plan: StatementPlan): OpenTransaction {
  let tail: Promise<unknown> = Promise.resolve();
  let hasEnded = false;
  let failure: AppError | undefined;
  let broken = false;

  async function runNext<Row>(statement: Sql): Promise<Row[]> {
    try {
      return await runStatement<Row>(client, statement, plan);
    } catch (error) {
      broken ||= breaksConnection(error);
      const translated = translateError(error);
      failure ??= translated;
      throw translated;
    }
  }

  return {
    query<Row>(statement: Sql): Promise<Row[]> {
      if (hasEnded) return Promise.reject(new TypeError("the transaction has ended; its statement came too late"));
      const next = tail.then(() => runNext<Row>(statement));
      tail = next.catch(() => undefined);
      return next;
    },
    async end() {
      await tail;
      hasEnded = true;
    },
    firstFailure: () => failure,
    isBroken: () => broken,
  };
}
