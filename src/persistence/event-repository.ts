import sql, { empty } from "sql-template-tag";
import type { TenantId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { storableText } from "../core/json.ts";
import type { Database } from "../database/index.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { EventRecord, NewEvent } from "./records.ts";
import type { EventRepository } from "./repositories.ts";
import { isBigint } from "./row-ids.ts";
import { storableJson } from "./storable-json.ts";

/** Channel that tells, by tenant id, that events were appended. */
export const EVENTS_CHANNEL = "casare_events";

/** First half of the advisory lock under which a tenant's events are numbered; the second is the tenant's id. */
const EVENT_LOCK = 28_003;

interface EventRow {
  readonly seq: string;
  readonly tenant_id: number;
  readonly at: Date;
  readonly type: string;
  readonly job_id: string | null;
  readonly attempt: number | null;
  readonly robot_id: string | null;
  readonly data: JsonObject;
}

/**
 * The tenants' event logs in PostgreSQL.
 *
 * Appends of a tenant are serialized from numbering to commit, so readers never see a number below one they have seen
 * appear later. Appends that arrive while one is under way share the next transaction.
 */
export function createEventRepository(database: Database): EventRepository {
  const append = createGroupCommit((tenantId: TenantId, events: readonly NewEvent[]) =>
    insertEvents(database, tenantId, events),
  );
  return {
    async append(tenantId, events) {
      if (events.length > 0) await append(tenantId, events);
    },

    async after(tenantId, seq, limit, filter = {}) {
      if (!isBigint(seq)) throw new RangeError(`event number "${seq}" is not a decimal bigint`);
      if (filter.jobId !== undefined && !isBigint(filter.jobId)) return [];
      const ofJob = filter.jobId === undefined ? empty : sql`and job_id = ${filter.jobId}::bigint`;
      const ofType = filter.types === undefined ? empty : sql`and type = any(${[...filter.types]}::text[])`;
      const ofLevel =
        filter.levels === undefined ? empty : sql`and data->>'level' = any(${[...filter.levels]}::text[])`;
      const rows = await database.query<EventRow>(sql`
        select seq::text, tenant_id, at, type, job_id::text, attempt, robot_id, data
        from event
        where tenant_id = ${tenantId} and seq > ${seq}::bigint ${ofJob} ${ofType} ${ofLevel}
        order by event.seq
        limit ${limit}`);
      return rows.map(toEvent);
    },

    async latestSeq(tenantId) {
      const [row] = await database.query<{ seq: string }>(sql`
        select coalesce(max(seq), 0)::text as seq from event where tenant_id = ${tenantId}`);
      return row?.seq ?? "0";
    },
  };
}

async function insertEvents(database: Database, tenantId: TenantId, events: readonly NewEvent[]): Promise<void> {
  await database.withTransaction(async (transaction) => {
    // A statement of its own: numbers may only be taken once the lock is held.
    await transaction.query(sql`select pg_advisory_xact_lock(${EVENT_LOCK}::int, ${tenantId}::int)`);
    await transaction.query(sql`
      insert into event (tenant_id, at, type, job_id, attempt, robot_id, source_seq, data)
      select ${tenantId}::int, coalesce(e.at, now()), e.type, e.job_id, e.attempt, e.robot_id, e.source_seq, e.data::json
      from unnest(
        ${events.map((event) => event.at?.toISOString() ?? null)}::timestamptz[],
        ${events.map((event) => storableText(event.type))}::text[],
        ${events.map((event) => event.jobId ?? null)}::bigint[],
        ${events.map((event) => event.attempt ?? null)}::int[],
        ${events.map((event) => event.robotId ?? null)}::text[],
        ${events.map((event) => event.sourceSeq ?? null)}::int[],
        ${events.map((event) => storableJson(event.data ?? {}))}::text[]
      ) with ordinality as e (at, type, job_id, attempt, robot_id, source_seq, data, position)
      order by e.position
      on conflict (tenant_id, job_id, attempt, source_seq) where source_seq is not null do nothing`);
  });
  // After the commit: NOTIFY takes a lock over the whole database, which must not be held while the log is flushed.
  try {
    await database.query(sql`select pg_notify(${EVENTS_CHANNEL}, ${String(tenantId)})`);
  } catch {
    // The events are stored; the readers' polling makes up for a notification that did not get out.
  }
}

function toEvent(row: EventRow): EventRecord {
  return {
    seq: row.seq,
    tenantId: row.tenant_id as TenantId,
    at: row.at,
    type: row.type,
    ...(row.job_id !== null && { jobId: row.job_id }),
    ...(row.attempt !== null && { attempt: row.attempt }),
    ...(row.robot_id !== null && { robotId: row.robot_id }),
    data: row.data,
  };
}
