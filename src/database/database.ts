import type { Sql } from "sql-template-tag";

/** Runs one statement; a pool or an open transaction. */
export interface Queryable {
  /** Rows of the statement. Rejects with DATABASE_… errors; a lost connection is `retryable`. */
  query<Row>(statement: Sql): Promise<Row[]>;
}

/** A connection pool on one PostgreSQL database; close it when done. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction (READ COMMITTED): commits when it resolves, rolls back when it rejects.
   *
   * Never retries by itself: the outcome of a lost commit is unknown and only the caller knows what is idempotent.
   */
  withTransaction<T>(work: (transaction: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Calls `onNotify` for each NOTIFY on the channel, on a connection of its own that reconnects by itself.
   *
   * Notifications may be lost while it reconnects: `onGap` is called after each reconnect, so poll then.
   */
  listen(channel: string, onNotify: (payload: string) => void, onGap?: () => void): Promise<Subscription>;
  /** Waits for running statements, at most `timeoutMs` (default 5 000), then closes all connections. */
  close(timeoutMs?: number): Promise<void>;
}

/** What differs in one transaction. */
export interface TransactionOptions {
  /** Milliseconds each statement may take in this transaction, instead of the pool's limit; 0 for none. */
  readonly statementTimeoutMs?: number;
}

/** A listener on a channel; `close` ends it and may be called twice. */
export interface Subscription {
  close(): Promise<void>;
}
