import sql from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Queryable } from "../../../database/index.ts";
import { workItemErrors } from "../errors.ts";
import { isId } from "../page.ts";
import type { RetryRules, StartRule, WorkQueue } from "../work-queue.ts";
import { optional } from "./item-rows.ts";

export interface QueueRow extends RetryRow {
  readonly id: string;
  readonly tenant_id: number;
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly item_schema: JsonObject | null;
  readonly unique_reference: boolean;
  readonly default_priority: number;
  readonly retention_days: number;
  readonly start_rule: StartRule | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The retry rules of a queue, wherever they are selected. */
export interface RetryRow {
  readonly application_retries: number;
  readonly application_delay_ms: string;
  readonly business_retries: number;
  readonly business_delay_ms: string;
  readonly max_attempts: number;
}

/** Of `work_queue q`. */
export const RETRY_COLUMNS = sql`
  q.application_retries, q.application_delay_ms::text, q.business_retries, q.business_delay_ms::text, q.max_attempts`;

/** Of `work_queue q`. */
export const QUEUE_COLUMNS = sql`
  q.id, q.tenant_id, q.name, q.description, q.version, q.item_schema, q.unique_reference, q.default_priority,
  ${RETRY_COLUMNS}, q.retention_days, q.start_rule, q.created_at, q.updated_at`;

export function toRetryRules(row: RetryRow): RetryRules {
  return {
    application: { maxRetries: row.application_retries, delayMs: Number(row.application_delay_ms) },
    business: { maxRetries: row.business_retries, delayMs: Number(row.business_delay_ms) },
    maxAttempts: row.max_attempts,
  };
}

export function toQueue(row: QueueRow): WorkQueue {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    name: row.name,
    description: row.description,
    version: row.version,
    ...optional("itemSchema", row.item_schema),
    uniqueReference: row.unique_reference,
    defaultPriority: row.default_priority,
    retry: toRetryRules(row),
    retentionDays: row.retention_days,
    ...optional("startRule", row.start_rule),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Rejects with WORK_QUEUE_NOT_FOUND. */
export async function requireQueue(db: Queryable, tenantId: TenantId, queueId: string): Promise<WorkQueue> {
  const found = isId(queueId) ? await selectQueue(db, tenantId, queueId) : undefined;
  if (found === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: queueId });
  return found;
}

async function selectQueue(db: Queryable, tenantId: TenantId, queueId: string): Promise<WorkQueue | undefined> {
  const [row] = await db.query<QueueRow>(sql`
    select ${QUEUE_COLUMNS} from work_queue q
    where q.tenant_id = ${tenantId} and q.id = ${queueId}::uuid and q.deleted_at is null`);
  return row && toQueue(row);
}

/** By id or by name; no name looks like an id. */
export async function findQueue(db: Queryable, tenantId: TenantId, queue: string): Promise<WorkQueue | undefined> {
  if (isId(queue)) return selectQueue(db, tenantId, queue);
  if (queue.includes("\u0000")) return undefined;
  const [row] = await db.query<QueueRow>(sql`
    select ${QUEUE_COLUMNS} from work_queue q
    where q.tenant_id = ${tenantId} and q.name = ${queue} and q.deleted_at is null`);
  return row && toQueue(row);
}
