import sql from "sql-template-tag";
import type { Queryable } from "../../database/index.ts";
import type { Lease } from "../job.ts";
import { END_CODE } from "./codes.ts";
import { fence } from "./running-jobs.ts";

/**
 * Records a success of the holder: one statement, one commit.
 *
 * @param resultText JSON text, undefined for no result.
 * @returns false when the lease does not hold the job.
 */
export async function completeJob(db: Queryable, lease: Lease, resultText: string | undefined): Promise<boolean> {
  const rows = await db.query(sql`
    with ended as (
      delete from queue_active a where ${fence(lease)}
      returning a.tenant_id, a.id, a.attempt, a.session_id, a.started_at
    )
    insert into queue_done (tenant_id, id, attempt, session_id, started_at, state, result)
    select tenant_id, id, attempt, session_id, started_at, ${END_CODE.completed}::smallint, ${resultText}::json from ended
    returning id`);
  return rows.length > 0;
}
