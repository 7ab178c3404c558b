import sql from "sql-template-tag";
import type { Database, Queryable } from "../../database/index.ts";
import { onDuty } from "./on-duty.ts";
import { isDueToForget, isDueToTurn, type StoredPartition } from "./partition-plan.ts";

/** As `queue_job_id_block` counts. */
const BLOCK = 1_000;
/** Keys that are looked at in one transaction. */
const KEYS_PER_PAGE = 10_000;
/** A row of every partition of the history can be locked and named by a statement; more slow all down. */
const SCRAPS_PER_PASS = 100;

/**
 * One pass over the partitions of the history: makes the next, notes which are closed and settled, begins the next when the
 * present one is old, forgets those whose time is over.
 *
 * Each step is a transaction and begins with what is stored, so a pass may end anywhere and the next one goes on.
 *
 * @returns true when jobs were forgotten.
 */
export async function tidyPartitions(database: Database, retentionDays: number): Promise<boolean> {
  await preparePartitions(database);
  await dropScraps(database);
  if (retentionDays === 0) return false;
  const known = await onDuty(database, "partitions", async (transaction) => {
    await noteStates(transaction);
    const { partitions, now } = await readPartitions(transaction);
    const current = partitions.find(({ openedAt, closedAt }) => openedAt !== undefined && closedAt === undefined);
    if (current !== undefined && isDueToTurn(current, now, retentionDays)) await turnFrom(transaction, current);
    return { partitions, now };
  });
  const due = known?.partitions.filter((partition) => isDueToForget(partition, known.now, retentionDays)) ?? [];
  let hasForgotten = false;
  for (const partition of due) {
    if (await forget(database, partition)) hasForgotten = true;
  }
  await dropScraps(database);
  return hasForgotten;
}

/** Room for the ids of the next hundred million jobs, before anybody asks for one. */
export async function preparePartitions(database: Database): Promise<void> {
  await onDuty(database, "partitions", (transaction) =>
    transaction.query(sql`select queue_ensure_partitions(last_value + 100000000) from queue_job_id_block`),
  );
}

/** Stored partitions, the oldest first, and the present. */
export async function readPartitions(
  db: Queryable,
): Promise<{ readonly partitions: readonly StoredPartition[]; readonly now: Date }> {
  const rows = await db.query<{
    readonly first_id: string;
    readonly last_id: string;
    readonly kept: boolean;
    readonly opened_at: Date | null;
    readonly closed_at: Date | null;
    readonly settled_at: Date | null;
    readonly now: Date;
  }>(sql`
    select first_id, last_id, kept, opened_at, closed_at, settled_at, clock_timestamp() as now
    from queue_partition order by first_id`);
  return {
    now: rows[0]?.now ?? new Date(0),
    partitions: rows.map((row) => ({
      firstId: row.first_id,
      lastId: row.last_id,
      isKept: row.kept,
      ...(row.opened_at !== null && { openedAt: row.opened_at }),
      ...(row.closed_at !== null && { closedAt: row.closed_at }),
      ...(row.settled_at !== null && { settledAt: row.settled_at }),
    })),
  };
}

/** A block that was handed out before may still be in use: see `queue_forget_partition`, which looks again. */
async function noteStates(db: Queryable): Promise<void> {
  await db.query(sql`
    with b as materialized (select last_value from queue_job_id_block where is_called)
    update queue_partition p
    set opened_at = coalesce(p.opened_at, clock_timestamp()),
      closed_at = case when b.last_value > p.last_id then coalesce(p.closed_at, clock_timestamp()) end
    from b
    where not p.kept and p.first_id <= b.last_value
      and (p.opened_at is null or (p.closed_at is null and b.last_value > p.last_id))`);
  await db.query(sql`
    update queue_partition p set settled_at = clock_timestamp()
    where p.closed_at is not null and p.settled_at is null and not queue_has_unended(p.first_id, p.last_id)`);
}

/**
 * Begins the next partition: the ids up to it are given away, by the sequence itself, so that it does not matter what others take
 * meanwhile. There are enough: a hundred million every three hours last for ten thousand years.
 */
async function turnFrom(db: Queryable, current: StoredPartition): Promise<void> {
  await db.query(sql`
    select count(nextval('queue_job_id_block'))
    from generate_series(1, (
      select (${current.lastId}::bigint - last_value + ${BLOCK}) / ${BLOCK} from queue_job_id_block
      where last_value <= ${current.lastId}::bigint
        and exists (select from queue_job where id between ${current.firstId}::bigint and ${current.lastId}::bigint)
    ))`);
}

/** @returns false when it has to stay for now. */
async function forget(database: Database, partition: StoredPartition): Promise<boolean> {
  if (!(await releaseKeys(database, partition))) return false;
  const rows = await onDuty(database, "partitions", (transaction) =>
    transaction.query<{ outcome: string }>(sql`select queue_forget_partition(${partition.firstId}::bigint) as outcome`),
  );
  return rows?.[0]?.outcome === "forgotten";
}

interface KeyPlace {
  readonly tenant_id: number;
  readonly key: string;
}

/**
 * Idempotency keys of the jobs can be used again, before the jobs are gone: a request with the key would get the id of a job
 * that is not there. Deadlines that are yet to come would be looked at for ever.
 *
 * @returns false when another process is at it.
 */
async function releaseKeys(database: Database, { firstId, lastId }: StoredPartition): Promise<boolean> {
  let after: KeyPlace | undefined = { tenant_id: -2_147_483_648, key: "" };
  while (after !== undefined) {
    const place: KeyPlace = after;
    const rows: KeyPlace[] | undefined = await onDuty(database, "partitions", (transaction) =>
      transaction.query<KeyPlace>(sql`
        with page as materialized (
          select tenant_id, key, job_id from queue_idempotency
          where (tenant_id, key) > (${place.tenant_id}::int, ${place.key}::text)
          order by tenant_id, key limit ${KEYS_PER_PAGE}
        ),
        released as (
          delete from queue_idempotency i using page p
          where p.job_id between ${firstId}::bigint and ${lastId}::bigint
            and i.tenant_id = p.tenant_id and i.key = p.key and i.job_id = p.job_id
            and not exists (select from queue_dead_letter l where l.tenant_id = p.tenant_id and l.job_id = p.job_id)
        )
        select tenant_id, key from page order by tenant_id desc, key desc limit 1`),
    );
    if (rows === undefined) return false;
    after = rows[0];
  }
  const forgotten = await onDuty(database, "partitions", (transaction) =>
    transaction.query(sql`
      delete from queue_deadline where job_id between ${firstId}::bigint and ${lastId}::bigint`),
  );
  return forgotten !== undefined;
}

/** Drops what was detached, a table per transaction. */
async function dropScraps(database: Database): Promise<void> {
  for (let dropped = 0; dropped < SCRAPS_PER_PASS; dropped++) {
    const rows = await onDuty(database, "partitions", (transaction) =>
      transaction.query<{ name: string | null }>(sql`select queue_drop_scrap() as name`),
    );
    if (typeof rows?.[0]?.name !== "string") return;
  }
}
