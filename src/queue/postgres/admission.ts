import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { LIMIT_REASON } from "../failure-record.ts";
import type { Displaced } from "../queue.ts";
import { requestCancel } from "./request-cancel.ts";

/** A limit that may have room, or jobs that do not fit. */
export interface TouchedLimit {
  readonly tenantId: TenantId;
  readonly limitId: number;
}

interface Verdict {
  readonly job_id: string;
  readonly verdict: "admit" | "skip" | "supersede" | "stop";
}

/** Jobs that are cancelled free slots, which may cancel others; more rounds than this are left to the next pass. */
const MAX_ROUNDS = 100;

/**
 * Lets parked jobs into the line as far as their limits allow, and carries out what the limits say about the others.
 *
 * To be called after whatever parked a job or freed a slot. If the process dies in between, the reaper calls it.
 *
 * @returns true when jobs were let in.
 */
export type Admit = (touched: readonly TouchedLimit[]) => Promise<boolean>;

/** @param onDisplaced told of jobs that had to make room. */
export function createAdmit(db: Queryable, onDisplaced: (job: Displaced) => void): Admit {
  return (touched) => admit(db, touched, onDisplaced);
}

async function admit(
  db: Queryable,
  touched: readonly TouchedLimit[],
  onDisplaced: (job: Displaced) => void,
): Promise<boolean> {
  let hasAdmitted = false;
  let waiting = touched;
  for (let round = 0; waiting.length > 0 && round < MAX_ROUNDS; round++) {
    const next: TouchedLimit[] = [];
    for (const [tenantId, limitIds] of byTenant(waiting)) {
      const verdicts = await db.query<Verdict>(sql`
        select job_id, verdict from queue_admit(${tenantId}::int, ${limitIds}::int[])`);
      for (const { job_id: jobId, verdict } of verdicts) {
        if (verdict === "admit") {
          hasAdmitted = true;
          continue;
        }
        const reason = LIMIT_REASON[verdict];
        const { outcome, freed } = await requestCancel(db, tenantId, jobId, reason);
        next.push(...freed);
        if (verdict !== "skip") onDisplaced({ tenantId, jobId, reason, outcome });
      }
    }
    waiting = next;
  }
  return hasAdmitted;
}

function byTenant(touched: readonly TouchedLimit[]): ReadonlyMap<TenantId, number[]> {
  const limits = new Map<TenantId, number[]>();
  for (const { tenantId, limitId } of touched) {
    const known = limits.get(tenantId);
    if (known === undefined) limits.set(tenantId, [limitId]);
    else if (!known.includes(limitId)) known.push(limitId);
  }
  return limits;
}

/** Limits of all tenants that hold jobs back: one index probe per limit with parked jobs. */
export async function limitsWithParkedJobs(db: Queryable): Promise<readonly TouchedLimit[]> {
  const rows = await db.query<{ tenant_id: TenantId; limit_id: number }>(sql`
    with recursive place (tenant_id, limit_id) as (
      (select tenant_id, limit_id from queue_parked
       where paused_kind is null and limit_id is not null order by tenant_id, limit_id limit 1)
      union all
      (select n.tenant_id, n.limit_id from place p, lateral (
         select tenant_id, limit_id from queue_parked
         where paused_kind is null and limit_id is not null
           and (tenant_id, limit_id) > (p.tenant_id, p.limit_id)
         order by tenant_id, limit_id limit 1
       ) n)
    )
    select tenant_id, limit_id from place`);
  return rows.map((row) => ({ tenantId: row.tenant_id, limitId: row.limit_id }));
}
