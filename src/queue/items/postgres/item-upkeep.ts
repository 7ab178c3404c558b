import sql, { empty } from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { Queryable } from "../../../database/index.ts";
import type { TenantHolder } from "../work-item-store.ts";

const MAX_HOLDERS = 1_000;

/** Holders of items, of all tenants, in the order of the index that lists them. */
export async function listHolders(db: Queryable, after: TenantHolder | undefined): Promise<readonly TenantHolder[]> {
  const rest =
    after === undefined
      ? empty
      : sql`and (tenant_id, holder_job, holder_attempt) > (${after.tenantId}, ${after.jobId}::bigint, ${after.attempt})`;
  const rows = await db.query<{ tenant_id: number; holder_job: string; holder_attempt: number }>(sql`
    select distinct tenant_id, holder_job::text, holder_attempt, holder_job as place
    from work_item
    where state = 'in_progress' ${rest}
    order by tenant_id, place, holder_attempt
    limit ${MAX_HOLDERS}`);
  return rows.map((row) => ({
    tenantId: row.tenant_id as TenantId,
    jobId: row.holder_job,
    attempt: row.holder_attempt,
  }));
}

/** Deletes what has outlived its queue's retention, then what is left of deleted queues. @returns how many items. */
export async function pruneItems(db: Queryable, limit: number): Promise<number> {
  const outlived = await db.query(sql`
    delete from work_item as i
    using (
      select old.tenant_id, old.id
      from work_queue q cross join lateral (
        select tenant_id, id from work_item
        where tenant_id = q.tenant_id and queue_id = q.id and ended_at is not null
          and ended_at < now() - q.retention_days * interval '1 day'
        order by ended_at limit ${limit}
      ) as old
      limit ${limit}
    ) as old
    where i.tenant_id = old.tenant_id and i.id = old.id
    returning 1`);
  const left = limit - outlived.length;
  if (left <= 0) return outlived.length;
  const orphaned = await db.query(sql`
    delete from work_item as i
    using (
      select old.tenant_id, old.id
      from work_queue q cross join lateral (
        select tenant_id, id from work_item
        where tenant_id = q.tenant_id and queue_id = q.id and state <> 'in_progress'
        limit ${left}
      ) as old
      where q.deleted_at is not null
      limit ${left}
    ) as old
    where i.tenant_id = old.tenant_id and i.id = old.id
    returning 1`);
  await db.query(sql`
    delete from work_queue as q
    where q.deleted_at is not null
      and not exists (select 1 from work_item i where i.tenant_id = q.tenant_id and i.queue_id = q.id)`);
  return outlived.length + orphaned.length;
}
