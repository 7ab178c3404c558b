import sql from "sql-template-tag";
import type { Queryable } from "../../../database/index.ts";
import type { WorkItem, WorkItemException } from "../work-item.ts";

/**
 * Writes down the attempt that stands in an item, because another one may follow.
 *
 * @param end how it ended, where the item does not say so itself.
 */
export async function keepAttempt(
  db: Queryable,
  item: WorkItem,
  end?: { readonly outcome: "failed" | "abandoned"; readonly exception: WorkItemException },
): Promise<void> {
  const outcome = end?.outcome ?? item.state;
  const exception = end?.exception ?? item.exception;
  if (item.holder === undefined || exception === undefined) return;
  await db.query(sql`
    insert into work_item_attempt (
      tenant_id, item_id, attempt, outcome, holder_job, holder_attempt, started_at, ended_at, progress, exception)
    values (
      ${item.tenantId}, ${item.id}::uuid, ${item.attempt}, ${outcome}, ${item.holder.jobId}::bigint,
      ${item.holder.attempt}, ${item.startedAt ?? item.createdAt}::timestamptz,
      coalesce(${item.endedAt ?? null}::timestamptz, now()), ${item.progress ?? null}, ${JSON.stringify(exception)}::json)`);
}
