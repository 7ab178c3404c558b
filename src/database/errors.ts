import { defineErrors } from "../core/errors.ts";

/** What this area throws. */
export const databaseErrors = defineErrors({
  DATABASE_URL_INVALID: {
    status: 500,
    message: (d: { problem: string }) =>
      `The database URL ${d.problem}; expected postgres://user:password@host:port/database (setting CASARE_DATABASE_URL)`,
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: (d: { reason: string; sqlstate?: string }) => `The database cannot be reached: ${d.reason}`,
  },
  DATABASE_REFUSED: {
    status: 500,
    message: (d: { reason: string; sqlstate?: string }) =>
      `The database refused the connection: ${d.reason}. Check CASARE_DATABASE_URL (user, password, database, TLS)`,
  },
  DATABASE_CLOSED: {
    status: 503,
    message: () => "The database connection of this process is closed",
  },
  DATABASE_POOL_EXHAUSTED: {
    status: 503,
    retryable: true,
    message: (d: { maxConnections: number; waitedMs: number }) =>
      `All ${d.maxConnections} database connections stayed in use for ${d.waitedMs} ms; raise the pool's limit or lower the load`,
  },
  DATABASE_TOO_MANY_CONNECTIONS: {
    status: 503,
    retryable: true,
    message: (d: { reason: string; sqlstate?: string }) =>
      `The database server takes no more connections: ${d.reason}. Raise its max_connections or lower the pool's limit`,
  },
  DATABASE_CONFLICT: {
    status: 409,
    retryable: true,
    message: (d: { reason: string; sqlstate?: string }) =>
      `The statement collided with another one and was rolled back: ${d.reason}`,
  },
  DATABASE_ROLLED_BACK: {
    status: 500,
    message: (d: { reason: string }) =>
      `The transaction was rolled back instead of committed, because a statement in it had failed: ${d.reason}`,
  },
  DATABASE_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: { reason: string; sqlstate?: string }) => `The statement was cancelled by the database: ${d.reason}`,
  },
  DATABASE_FULL: {
    status: 507,
    message: (d: { reason: string; sqlstate?: string }) =>
      `The disk of the database is full; free some space, nothing that was committed is lost (${d.reason})`,
  },
  DATABASE_READ_ONLY: {
    status: 503,
    retryable: true,
    message: (d: { reason: string; sqlstate?: string }) =>
      `The database takes no writes: ${d.reason}. It may be a replica; check the host of CASARE_DATABASE_URL`,
  },
  DATABASE_LISTENER_FAILED: {
    status: 500,
    message: (d: { channel: string; reason: string }) =>
      `A listener of the database channel ${d.channel} failed: ${d.reason}`,
  },
  DATABASE_FAILED: {
    status: 500,
    message: (d: { sqlstate: string; reason: string; table?: string; column?: string; constraint?: string }) =>
      `The database answered with error ${d.sqlstate}: ${d.reason}`,
  },
  DATABASE_TOO_OLD: {
    status: 500,
    message: (d: { version: string; minimum: number }) =>
      `The database server is PostgreSQL ${d.version}; version ${d.minimum} or newer is needed`,
  },
  DATABASE_NEWER: {
    status: 500,
    message: (d: { version: string; newest: string }) =>
      `The database was migrated by a newer release (it has ${d.version}, this release knows up to ${d.newest}); install that release or restore a backup`,
  },
  DATABASE_MIGRATION_CHANGED: {
    status: 500,
    message: (d: { file: string; problem: string }) =>
      `Migration ${d.file} ${d.problem}; restore the file as it was released, and put changes into a new migration`,
  },
  DATABASE_MIGRATION_FAILED: {
    status: 500,
    message: (d: { file: string; reason: string }) => `Migration ${d.file} failed and was rolled back: ${d.reason}`,
  },
  DATABASE_MIGRATIONS_INVALID: {
    status: 500,
    message: (d: { directory: string; problem: string }) =>
      `The migrations in ${d.directory} cannot be used: ${d.problem}`,
  },
  DATABASE_NO_BINARY: {
    status: 500,
    message: (d: { platform: string; problem: string }) =>
      `The embedded PostgreSQL for ${d.platform} ${d.problem}; install with optional dependencies, or set CASARE_DATABASE_URL to a PostgreSQL server`,
  },
  DATABASE_START_FAILED: {
    status: 500,
    message: (d: { home: string; reason: string; log?: string }) =>
      `The embedded PostgreSQL of ${d.home} did not start: ${d.reason}${d.log ? `\nlast lines of its log:\n${d.log}` : ""}`,
  },
  DATABASE_IN_USE: {
    status: 409,
    message: (d: { home: string }) =>
      `The embedded PostgreSQL of ${d.home} is run by another process; stop that one, use another CASARE_HOME, or share one server through CASARE_DATABASE_URL`,
  },
  DATABASE_PORT_IN_USE: {
    status: 409,
    message: (d: { port: number }) =>
      `Port ${d.port} on 127.0.0.1 is taken by another program; free it or choose another port for the embedded PostgreSQL`,
  },
  DATABASE_DATA_MISSING: {
    status: 500,
    message: (d: { home: string; dataDir: string }) =>
      `The data folder ${d.dataDir}, which ${d.home} points to, is gone; mount or restore it, or delete ${d.home}/postgres/location.json to start with an empty database`,
  },
  DATABASE_CORRUPT: {
    status: 500,
    message: (d: { where: string; reason: string; log?: string }) =>
      `The database of ${d.where} is damaged: ${d.reason}; restore a backup, or move the folder away to start with an empty database${d.log ? `\nlast lines of its log:\n${d.log}` : ""}`,
  },
});
