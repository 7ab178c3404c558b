import sql from "sql-template-tag";
import type { Database, Queryable } from "../../database/index.ts";
import {
  type AlarmLimits,
  alarmChanges,
  type HorizonHolder,
  type QueueAlarm,
  type QueueAlarmCode,
  type QueueReadings,
  queueAlarms,
} from "../queue-alarms.ts";
import { onDuty } from "./on-duty.ts";
import { isOverdue } from "./partition-plan.ts";
import { readPartitions } from "./tidy-partitions.ts";

interface AlarmRow {
  readonly code: QueueAlarmCode;
  readonly subject: string;
  readonly since: Date;
  readonly message: string;
  readonly remedy: string;
}

/** The alarms there are, the oldest first. */
export async function readAlarms(db: Queryable): Promise<readonly QueueAlarm[]> {
  return db.query<AlarmRow>(sql`
    select code, subject, since, message, remedy from queue_alarm order by since, code, subject`);
}

/** Looks what is wrong. They are stored, so that each is told once, whichever process looked. */
export async function watchAlarms(
  database: Database,
  options: { readonly limits: AlarmLimits; readonly retentionDays: number },
): Promise<{ readonly raised: readonly QueueAlarm[]; readonly cleared: readonly QueueAlarm[] }> {
  const changes = await onDuty(database, "alarms", async (transaction) => {
    const before = await readAlarms(transaction);
    const present = queueAlarms(await takeReadings(transaction, options.retentionDays), options.limits);
    const { raised, cleared } = alarmChanges(before, present);
    await transaction.query(sql`
      delete from queue_alarm a
      using unnest(${cleared.map(({ code }) => code)}::text[], ${cleared.map(({ subject }) => subject)}::text[]) as g (code, subject)
      where a.code = g.code and a.subject = g.subject`);
    const column = (key: "code" | "subject" | "message" | "remedy"): string[] => present.map((alarm) => alarm[key]);
    await transaction.query(sql`
      insert into queue_alarm (code, subject, message, remedy)
      select * from unnest(
        ${column("code")}::text[], ${column("subject")}::text[], ${column("message")}::text[], ${column("remedy")}::text[]
      )
      on conflict (code, subject) do update set message = excluded.message, remedy = excluded.remedy`);
    const wanted = new Set(raised.map(({ code, subject }) => `${code} ${subject}`));
    const after = await readAlarms(transaction);
    return { raised: after.filter(({ code, subject }) => wanted.has(`${code} ${subject}`)), cleared };
  });
  return changes ?? { raised: [], cleared: [] };
}

async function takeReadings(db: Queryable, retentionDays: number): Promise<QueueReadings> {
  const { partitions, now } = await readPartitions(db);
  const [room] = await db.query<{ ahead: string }>(sql`
    select coalesce(max(p.last_id), 0) - max(b.last_value) as ahead from queue_job_id_block b left join queue_partition p on true`);
  const tables = await db.query<{ name: string; live: string; dead: string; size: string }>(sql`
    select relname as name, n_live_tup as live, n_dead_tup as dead, pg_total_relation_size(relid) as size
    from pg_stat_user_tables
    where relid in ('queue_ready'::regclass, 'queue_active'::regclass, 'queue_delayed'::regclass, 'queue_session'::regclass)`);
  return {
    holders: await readHolders(db),
    tables: tables.map(({ name, live, dead, size }) => ({
      name,
      liveRows: Number(live),
      deadRows: Number(dead),
      sizeBytes: Number(size),
    })),
    idsAhead: Number(room?.ahead ?? 0),
    overdue: partitions.flatMap((partition) => {
      const { firstId, lastId, closedAt } = partition;
      return closedAt !== undefined && isOverdue(partition, now, retentionDays) ? [{ firstId, lastId, closedAt }] : [];
    }),
  };
}

/** Sessions of other roles are seen only with the rights of pg_read_all_stats; slots and prepared transactions always. */
async function readHolders(db: Queryable): Promise<readonly HorizonHolder[]> {
  const rows = await db.query<{
    readonly kind: HorizonHolder["kind"];
    readonly name: string;
    readonly transactions: string;
    readonly held_ms: number | null;
  }>(sql`
    select 'session' as kind, pid::text as name,
      greatest(age(backend_xmin), age(backend_xid))::bigint as transactions,
      (extract(epoch from clock_timestamp() - xact_start) * 1000)::float8 as held_ms
    from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and (backend_xmin is not null or backend_xid is not null)
    union all
    select 'standby', pid::text, age(backend_xmin)::bigint, null
    from pg_stat_activity where backend_type = 'walsender' and backend_xmin is not null
    union all
    select 'prepared', gid, age(transaction)::bigint, extract(epoch from clock_timestamp() - prepared) * 1000
    from pg_prepared_xacts where database = current_database()
    union all
    select 'slot', slot_name::text, greatest(age(xmin), age(catalog_xmin))::bigint, null
    from pg_replication_slots where xmin is not null or catalog_xmin is not null`);
  return rows.map((row) => ({
    kind: row.kind,
    name: row.name,
    transactions: Number(row.transactions),
    ...(row.held_ms !== null && { heldMs: row.held_ms }),
  }));
}
