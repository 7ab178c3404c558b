import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { type BucketCount, toHistogram } from "../histogram.ts";
import {
  alignWindow,
  type EndedOutcome,
  type QueueStatistics,
  type RouteDepth,
  type StatisticsWindow,
  summarizeRoutes,
} from "../statistics.ts";
import { ATTEMPT_SERIES, END_SERIES, WAIT_SERIES } from "./statistics-codes.ts";

/** See `JobQueue.statistics`: the tables of jobs that have not ended, and the figures of those that have. */
export async function readStatistics(
  db: Queryable,
  tenantId: TenantId,
  asked: StatisticsWindow,
): Promise<QueueStatistics> {
  const routes = await readRoutes(db, tenantId);
  const [state] = await db.query<{ now: Date; folded_at: Date }>(sql`
    select clock_timestamp() as now, folded_at from queue_statistics_state where id = 1`);
  const window = alignWindow(asked, state?.now ?? asked.to);
  const figures = await readFigures(db, tenantId, window);
  const of = (series: number): readonly BucketCount[] => figures.get(series) ?? [];
  const ended = (series: number): number => of(series).reduce((sum, { count }) => sum + count, 0);
  const outcomes = Object.keys(ATTEMPT_SERIES) as EndedOutcome[];
  return {
    depth: summarizeRoutes(routes),
    window,
    asOf: state?.folded_at ?? window.from,
    waits: toHistogram(of(WAIT_SERIES)),
    attempts: outcomes.flatMap((outcome) => {
      const counts = of(ATTEMPT_SERIES[outcome]);
      return counts.length === 0 ? [] : [{ outcome, durations: toHistogram(counts) }];
    }),
    ended: {
      completed: ended(END_SERIES.completed),
      failed: ended(END_SERIES.failed),
      cancelled: ended(END_SERIES.cancelled),
      timed_out: ended(END_SERIES.timed_out),
    },
  };
}

async function readFigures(
  db: Queryable,
  tenantId: TenantId,
  window: StatisticsWindow,
): Promise<ReadonlyMap<number, readonly BucketCount[]>> {
  const rows = await db.query<{ series: number; bucket: number; count: string; sum_ms: string }>(sql`
    select series, bucket, sum(count) as count, sum(sum_ms) as sum_ms from queue_statistics
    where tenant_id = ${tenantId} and hours in (0, 1)
      and started_at >= ${window.from}::timestamptz and started_at < ${window.to}::timestamptz
    group by series, bucket`);
  const figures = new Map<number, BucketCount[]>();
  for (const row of rows) {
    const counts = figures.get(row.series) ?? [];
    counts.push({ place: row.bucket, count: Number(row.count), sumMs: Number(row.sum_ms) });
    figures.set(row.series, counts);
  }
  return figures;
}

/** Lanes with jobs. Delayed and running jobs know their lane through the job's own row. */
async function readRoutes(db: Queryable, tenantId: TenantId): Promise<readonly RouteDepth[]> {
  const rows = await db.query<{
    readonly environment: string;
    readonly requires: readonly string[];
    readonly priority: number;
    readonly pending: string;
    readonly delayed: string;
    readonly held_back: string;
    readonly running: string;
    readonly oldest_ms: number | null;
  }>(sql`
    with clock as materialized (select clock_timestamp() as now),
    lane as (
      select route_id, sum(hi - lo + 1) as pending, 0 as delayed, 0 as held_back, 0 as running, min(ready_at) as oldest
      from queue_ready where tenant_id = ${tenantId} group by route_id
      union all
      select j.route_id, count(*) filter (where d.run_at <= now), count(*) filter (where d.run_at > now), 0, 0,
        min(d.run_at) filter (where d.run_at <= now)
      from clock, queue_delayed d join queue_job j on j.tenant_id = ${tenantId} and j.id = d.job_id
      where d.tenant_id = ${tenantId} group by j.route_id
      union all
      select route_id, 0, 0, count(*), 0, null from queue_parked where tenant_id = ${tenantId} group by route_id
      union all
      select j.route_id, 0, 0, 0, count(*), null
      from queue_active a join queue_job j on j.tenant_id = ${tenantId} and j.id = a.id
      where a.tenant_id = ${tenantId} group by j.route_id
    )
    select r.environment, r.requires, r.priority, sum(l.pending) as pending, sum(l.delayed) as delayed,
      sum(l.held_back) as held_back, sum(l.running) as running,
      (extract(epoch from max(now) - min(l.oldest)) * 1000)::float8 as oldest_ms
    from clock, lane l join queue_route r on r.tenant_id = ${tenantId} and r.id = l.route_id
    group by r.id, r.environment, r.requires, r.priority`);
  return rows.map((row) => ({
    environment: row.environment,
    requires: row.requires,
    priority: row.priority,
    pending: Number(row.pending),
    delayed: Number(row.delayed),
    heldBack: Number(row.held_back),
    running: Number(row.running),
    ...(row.oldest_ms !== null && { oldestWaitingMs: Math.max(0, Math.round(row.oldest_ms)) }),
  }));
}
