import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { STOPPING_CODE } from "./codes.ts";

export interface PassedDeadline {
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly state: "ended" | "running" | "waiting";
}

/** Locks up to `limit` deadlines of all tenants that have passed, each with where its job is now. */
export async function lockPassedDeadlines(db: Queryable, limit: number): Promise<readonly PassedDeadline[]> {
  const rows = await db.query<{ tenant_id: TenantId; job_id: string; state: PassedDeadline["state"] }>(sql`
    with recursive tenant (id) as (
      (select tenant_id from queue_deadline order by tenant_id limit 1)
      union all
      select (select d.tenant_id from queue_deadline d where d.tenant_id > tenant.id order by d.tenant_id limit 1)
      from tenant where tenant.id is not null
    ),
    passed as materialized (
      select d.tenant_id, d.job_id
      from tenant, lateral (
        select tenant_id, job_id from queue_deadline
        where tenant_id = tenant.id and deadline <= (select clock_timestamp())
        order by deadline limit ${limit}
        for update skip locked
      ) d
    )
    select p.tenant_id, p.job_id,
      case when d.id is not null then 'ended' when a.id is not null then 'running' else 'waiting' end as state
    from passed p
    left join queue_done d on d.tenant_id = p.tenant_id and d.id = p.job_id
    left join queue_active a on a.tenant_id = p.tenant_id and a.id = p.job_id
    limit ${limit}`);
  return rows.map((row) => ({ tenantId: row.tenant_id, jobId: row.job_id, state: row.state }));
}

/** Asks the holders of running jobs to stop because of the deadline. @returns those that ran. */
export async function stopForDeadline(
  db: Queryable,
  jobs: readonly PassedDeadline[],
): Promise<readonly PassedDeadline[]> {
  if (jobs.length === 0) return [];
  const rows = await db.query<{ tenant_id: TenantId; id: string }>(sql`
    update queue_active a
    set stopping = case when a.stopping = ${STOPPING_CODE.no} then ${STOPPING_CODE.deadline}::smallint else a.stopping end
    from unnest(${jobs.map((job) => job.tenantId)}::int[], ${jobs.map((job) => job.jobId)}::bigint[]) as g (tenant_id, id)
    where a.tenant_id = g.tenant_id and a.id = g.id
    returning a.tenant_id, a.id`);
  return rows.map((row) => ({ tenantId: row.tenant_id, jobId: row.id, state: "running" }));
}

/** Forgets deadlines that have been seen to. */
export async function forgetDeadlines(db: Queryable, jobs: readonly PassedDeadline[]): Promise<void> {
  if (jobs.length === 0) return;
  await db.query(sql`
    delete from queue_deadline d
    using unnest(${jobs.map((job) => job.tenantId)}::int[], ${jobs.map((job) => job.jobId)}::bigint[]) as g (tenant_id, id)
    where d.tenant_id = g.tenant_id and d.job_id = g.id and d.deadline <= clock_timestamp()`);
}
