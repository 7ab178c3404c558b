import sql, { raw } from "sql-template-tag";
import { deadlineErrors, pause } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import type { Database, Queryable } from "./database.ts";
import { databaseErrors } from "./errors.ts";
import {
  type AppliedMigration,
  decideMigration,
  type MigrationFile,
  packageMigrationsDirectory,
  readMigrationFiles,
} from "./migration-files.ts";

/** Which migrations, and how to stop. */
export interface MigrateOptions {
  /** Default: the migrations of this package. */
  readonly directory?: string;
  /** Heeded between migrations and while another process migrates; a running migration is not torn. */
  readonly signal?: AbortSignal;
}

/** What a call has done. */
export interface MigrateResult {
  /** Files applied by this call, in order. */
  readonly applied: readonly string[];
}

/** PostgreSQL 15: MERGE, `unique nulls not distinct`, `security_invoker` views. */
const MINIMUM_VERSION = 15;
/** Any number will do, as long as every release uses the same one. */
const LOCK_KEY = 7_261_954_103;
const LOCK_POLL_MS = 100;

/**
 * Brings the schema up to this release: forward only, each migration in a transaction of its own.
 *
 * Any number of processes may call it at once. Rejects with DATABASE_TOO_OLD, DATABASE_NEWER,
 * DATABASE_MIGRATION_CHANGED, DATABASE_MIGRATION_FAILED or DATABASE_MIGRATIONS_INVALID; what was applied before stays.
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<MigrateResult> {
  const files = await readMigrationFiles(options.directory ?? packageMigrationsDirectory());
  await checkServerVersion(database);
  const applied: string[] = [];
  for (;;) {
    const step = await database.withTransaction((transaction) => applyNext(transaction, files), {
      statementTimeoutMs: 0,
    });
    if (step.kind === "done") return { applied };
    if (step.kind === "applied") applied.push(step.name);
    const isInTime = step.kind === "busy" ? await pause(LOCK_POLL_MS, options.signal) : !options.signal?.aborted;
    if (!isInTime) throw deadlineErrors.CORE_ABORTED({ what: "the migration of the database" });
  }
}

async function checkServerVersion(database: Queryable): Promise<void> {
  const [row] = await database.query<{ number: number; text: string }>(sql`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as text`);
  if (row === undefined || row.number < MINIMUM_VERSION * 10_000) {
    throw databaseErrors.DATABASE_TOO_OLD({ version: row?.text ?? "unknown", minimum: MINIMUM_VERSION });
  }
}

type Step = { readonly kind: "busy" } | { readonly kind: "applied"; readonly name: string } | { readonly kind: "done" };

/** The lock is asked for and not waited for, so that waiting can be aborted and needs no long statement. */
async function applyNext(transaction: Queryable, files: readonly MigrationFile[]): Promise<Step> {
  const [lock] = await transaction.query<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(${LOCK_KEY}) as taken`,
  );
  if (!lock?.taken) return { kind: "busy" };
  await transaction.query(sql`
    create table if not exists schema_migration (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const history = await transaction.query<AppliedMigration>(
    sql`select name, checksum from schema_migration order by name collate "C"`,
  );
  const decision = decideMigration(files, history);
  if (decision.kind === "done") return decision;
  const { name, checksum, text } = decision.migration;
  try {
    await transaction.query(raw(text));
  } catch (error) {
    throw databaseErrors.DATABASE_MIGRATION_FAILED({ file: name, reason: messageOf(error) }, { cause: error });
  }
  await transaction.query(sql`insert into schema_migration (name, checksum) values (${name}, ${checksum})`);
  return { kind: "applied", name };
}
