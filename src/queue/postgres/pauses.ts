import sql, { type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { Pause } from "../queue.ts";
import type { TouchedLimit } from "./admission.ts";

/** `queue_pause.kind` of a pause of everything. */
export const ALL_KINDS = "";
/** Rows of the line, or jobs, per statement. */
const PAGE = 1_000;

/** Pauses a kind and takes its jobs out of the way of claimers; a claim that meets one of them parks it, too. */
export async function pauseKind(db: Queryable, tenantId: TenantId, kind: string, reason?: string): Promise<void> {
  await db.query(sql`
    insert into queue_pause (tenant_id, kind, reason) values (${tenantId}, ${kind}, ${reason}) on conflict do nothing`);
  if (kind === ALL_KINDS) return;
  let after: LinePlace | undefined;
  do after = await parkPage(db, tenantId, kind, after);
  while (after !== undefined);
}

interface LinePlace {
  readonly route_id: number;
  readonly priority: number;
  readonly line: string;
}

/**
 * Parks the jobs of a kind in the next rows of the line. A row is parked if both its ends are of the kind: enqueueing makes
 * rows of one kind only, and what lies between other ends is found by claims.
 */
async function parkPage(
  db: Queryable,
  tenantId: TenantId,
  kind: string,
  after: LinePlace | undefined,
): Promise<LinePlace | undefined> {
  const [last] = await db.query<LinePlace & { readonly rows: number }>(sql`
    with page as materialized (
      select r.route_id, r.priority, r.line, r.lo, r.hi from queue_ready r
      where r.tenant_id = ${tenantId} ${after === undefined ? sql`` : behind(after)}
      order by r.route_id, r.priority desc, r.line limit ${PAGE}
    ),
    chosen as materialized (
      select r.route_id, r.priority, r.line
      from page p
      join queue_job first on first.tenant_id = ${tenantId} and first.id = p.lo and first.kind = ${kind}
      join queue_job last on last.tenant_id = ${tenantId} and last.id = p.hi and last.kind = ${kind}
      join queue_ready r on r.tenant_id = ${tenantId} and r.route_id = p.route_id and r.priority = p.priority
        and r.line = p.line
      for update of r skip locked
    ),
    cut as (
      delete from queue_ready r using chosen c
      where r.tenant_id = ${tenantId} and r.route_id = c.route_id and r.priority = c.priority and r.line = c.line
      returning r.*
    ),
    parked as (
      insert into queue_parked
        (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id, paused_kind)
      select ${tenantId}, id, c.line - (c.hi - id), c.ready_at, c.route_id, c.priority, c.attempt, c.spared, c.limit_id, ${kind}
      from cut c, generate_series(c.lo, c.hi) as id
    )
    select route_id, priority, line, (select count(*) from page)::int as rows
    from page order by route_id desc, priority, line desc limit 1`);
  return last !== undefined && last.rows === PAGE ? last : undefined;
}

function behind({ route_id: routeId, priority, line }: LinePlace): Sql {
  return sql`and (r.route_id > ${routeId} or (r.route_id = ${routeId}
    and (r.priority < ${priority} or (r.priority = ${priority} and r.line > ${line}::bigint))))`;
}

/** Ends a pause. @returns whether there was one, and the limits that its jobs have to pass. */
export async function resumeKind(
  db: Queryable,
  tenantId: TenantId,
  kind: string,
): Promise<{ readonly wasPaused: boolean; readonly touched: readonly TouchedLimit[] }> {
  const rows = await db.query(sql`
    delete from queue_pause where tenant_id = ${tenantId} and kind = ${kind} returning kind`);
  return { wasPaused: rows.length > 0, touched: await unparkKind(db, tenantId, kind) };
}

/** Puts the parked jobs of a kind that is not paused back to their places, or before their limits. */
async function unparkKind(db: Queryable, tenantId: TenantId, kind: string): Promise<readonly TouchedLimit[]> {
  const limits = new Set<number>();
  for (;;) {
    const rows = await db.query<{ limit_id: number | null; has_slot: boolean }>(sql`
      with page as materialized (
        select job_id from queue_parked
        where tenant_id = ${tenantId} and paused_kind = ${kind}
          and not exists (select from queue_pause where tenant_id = ${tenantId} and kind = ${kind})
        order by job_id limit ${PAGE} for update skip locked
      ),
      freed as (
        delete from queue_parked p using page where p.tenant_id = ${tenantId} and p.job_id = page.job_id
        returning p.*
      ),
      sorted as (
        select f.*, s.job_id is not null as has_slot
        from freed f left join queue_slot s on s.tenant_id = ${tenantId} and s.job_id = f.job_id
      ),
      line as (
        insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared, limit_id)
        select ${tenantId}, route_id, priority, line, job_id, job_id, ready_at, attempt, spared, limit_id
        from sorted where limit_id is null or has_slot
      ),
      again as (
        insert into queue_parked (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id)
        select ${tenantId}, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id
        from sorted where limit_id is not null and not has_slot
      )
      select limit_id, has_slot from sorted`);
    for (const row of rows) if (row.limit_id !== null && !row.has_slot) limits.add(row.limit_id);
    if (rows.length < PAGE) break;
  }
  return [...limits].map((limitId) => ({ tenantId, limitId }));
}

/** Puts back what a claim parked at the very moment in which its pause ended. */
export async function unparkStragglers(db: Queryable): Promise<readonly TouchedLimit[]> {
  const rows = await db.query<{ tenant_id: TenantId; kind: string }>(sql`
    with recursive place (tenant_id, kind) as (
      (select tenant_id, paused_kind from queue_parked
       where paused_kind is not null order by tenant_id, paused_kind limit 1)
      union all
      (select n.tenant_id, n.paused_kind from place p, lateral (
         select tenant_id, paused_kind from queue_parked
         where paused_kind is not null and (tenant_id, paused_kind) > (p.tenant_id, p.kind)
         order by tenant_id, paused_kind limit 1
       ) n)
    )
    select tenant_id, kind from place
    where not exists (select from queue_pause q where q.tenant_id = place.tenant_id and q.kind = place.kind)`);
  const touched: TouchedLimit[] = [];
  for (const row of rows) touched.push(...(await unparkKind(db, row.tenant_id, row.kind)));
  return touched;
}

export async function listPauses(db: Queryable, tenantId: TenantId): Promise<readonly Pause[]> {
  const rows = await db.query<{ kind: string; paused_at: Date; reason: string | null }>(sql`
    select kind, paused_at, reason from queue_pause where tenant_id = ${tenantId} order by kind`);
  return rows.map((row) => ({
    pausedAt: row.paused_at,
    ...(row.kind !== ALL_KINDS && { kind: row.kind }),
    ...(row.reason !== null && { reason: row.reason }),
  }));
}
