import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { TouchedLimit } from "./admission.ts";

/** Tenants that have delayed jobs which are due: one index probe per tenant with delayed jobs. */
export async function tenantsWithDueJobs(db: Queryable): Promise<readonly TenantId[]> {
  const rows = await db.query<{ id: TenantId }>(sql`
    with recursive tenant (id) as (
      (select tenant_id from queue_delayed order by tenant_id limit 1)
      union all
      select (select d.tenant_id from queue_delayed d where d.tenant_id > tenant.id order by d.tenant_id limit 1)
      from tenant where tenant.id is not null
    )
    select id from tenant
    where id is not null and exists (
      select from queue_delayed where tenant_id = tenant.id and run_at <= (select clock_timestamp())
    )`);
  return rows.map((row) => row.id);
}

/**
 * Moves due jobs of a tenant into the line, each to the place it had from the beginning, or before their limits.
 *
 * The time is asked for in a subquery, so that it is known before the index is searched.
 *
 * @returns how many, at most `limit`, and which limits they have to pass; jobs that others are moving are left to them.
 */
export async function promoteDueJobs(
  db: Queryable,
  tenantId: TenantId,
  limit: number,
): Promise<{ readonly count: number; readonly touched: readonly TouchedLimit[] }> {
  const rows = await db.query<{ limit_id: number | null }>(sql`
    with due as materialized (
      select job_id from queue_delayed
      where tenant_id = ${tenantId} and run_at <= (select clock_timestamp())
      order by run_at limit ${limit}
      for update skip locked
    ),
    moved as (
      delete from queue_delayed d using due
      where d.tenant_id = ${tenantId} and d.job_id = due.job_id
      returning d.job_id, d.run_at, d.attempt, d.spared
    ),
    job as materialized (
      select j.route_id, j.priority, j.line, j.id, j.limit_id, m.run_at, m.attempt, m.spared
      from moved m join queue_job j on j.tenant_id = ${tenantId} and j.id = m.job_id
    ),
    line as (
      insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared)
      select ${tenantId}, route_id, priority, line, id, id, run_at, attempt, spared from job where limit_id is null
    ),
    parked as (
      insert into queue_parked (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id)
      select ${tenantId}, id, line, run_at, route_id, priority, attempt, spared, limit_id
      from job where limit_id is not null
    )
    select limit_id from job`);
  const limits = new Set(rows.flatMap(({ limit_id: limitId }) => limitId ?? []));
  return { count: rows.length, touched: [...limits].map((limitId) => ({ tenantId, limitId })) };
}
