import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { cancelledFailure } from "../failure-record.ts";
import type { CancelOutcome } from "../queue.ts";
import type { TouchedLimit } from "./admission.ts";
import { END_CODE, STOPPING_CODE, wordOf } from "./codes.ts";
import { endWaiting } from "./end-waiting.ts";

/** A job that is claimed, given back and claimed again between the looks is looked for this many times. */
const MAX_LOOKS = 20;

/** Cancels a waiting job, or asks the holder of a running one to stop. @returns also the limits that got room. */
export async function requestCancel(
  db: Queryable,
  tenantId: TenantId,
  jobId: string,
  reason: string | undefined,
): Promise<{ readonly outcome: CancelOutcome; readonly freed: readonly TouchedLimit[] }> {
  const failure = cancelledFailure(jobId, reason);
  for (let look = 0; look < MAX_LOOKS; look++) {
    const freed = await endWaiting(db, tenantId, jobId, { state: "cancelled", failure });
    if (freed !== undefined) return { outcome: { kind: "cancelled" }, freed };
    const sessionId = await stopRunning(db, tenantId, jobId, reason);
    if (sessionId !== undefined) return { outcome: { kind: "requested", sessionId }, freed: [] };
    const outcome = await findEnd(db, tenantId, jobId);
    if (outcome !== undefined) return { outcome, freed: [] };
  }
  throw new Error(`job ${jobId} moved about too fast to be cancelled`);
}

async function stopRunning(
  db: Queryable,
  tenantId: TenantId,
  jobId: string,
  reason: string | undefined,
): Promise<string | undefined> {
  const [row] = await db.query<{ session_id: string }>(sql`
    update queue_active
    set stop_reason = case when stopping = ${STOPPING_CODE.no} then ${reason}::text else stop_reason end,
      stopping = case when stopping = ${STOPPING_CODE.no} then ${STOPPING_CODE.cancel}::smallint else stopping end
    where tenant_id = ${tenantId} and id = ${jobId}
    returning session_id`);
  return row?.session_id;
}

/** Undefined: the job is there and has not ended. */
async function findEnd(db: Queryable, tenantId: TenantId, jobId: string): Promise<CancelOutcome | undefined> {
  const [row] = await db.query<{ state: number | null }>(sql`
    select d.state from queue_job j left join queue_done d on d.tenant_id = j.tenant_id and d.id = j.id
    where j.tenant_id = ${tenantId} and j.id = ${jobId}`);
  if (row === undefined) return { kind: "not-found" };
  return row.state === null ? undefined : { kind: "finished", state: wordOf(END_CODE, row.state) };
}
