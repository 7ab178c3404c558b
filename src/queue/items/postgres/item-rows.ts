import sql from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type {
  ReviewStatus,
  WorkItem,
  WorkItemAttempt,
  WorkItemException,
  WorkItemFile,
  WorkItemState,
} from "../work-item.ts";

export interface ItemRow {
  readonly id: string;
  readonly tenant_id: number;
  readonly queue_id: string;
  readonly version: number;
  readonly state: WorkItemState;
  readonly priority: number;
  readonly reference: string | null;
  readonly data: JsonObject;
  readonly deadline: Date | null;
  readonly postpone_until: Date | null;
  readonly attempt: number;
  readonly spent: number;
  readonly application_failures: number;
  readonly business_failures: number;
  readonly holder_job: string | null;
  readonly holder_attempt: number | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly progress: string | null;
  readonly outputs: JsonObject | null;
  readonly exception: WorkItemException | null;
  readonly review: ReviewStatus;
  readonly reviewer: string | null;
  readonly review_note: string | null;
  readonly reviewed_at: Date | null;
}

/** Of `work_item i`. */
export const ITEM_COLUMNS = sql`
  i.id, i.tenant_id, i.queue_id, i.version, i.state, i.priority, i.reference, i.data, i.deadline, i.postpone_until,
  i.attempt, i.spent, i.application_failures, i.business_failures, i.holder_job::text, i.holder_attempt, i.started_at,
  i.ended_at, i.created_at, i.updated_at, i.progress, i.outputs, i.exception, i.review, i.reviewer, i.review_note,
  i.reviewed_at`;

export function toItem(row: ItemRow): WorkItem {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    queueId: row.queue_id,
    version: row.version,
    state: row.state,
    priority: row.priority,
    data: row.data,
    attempt: row.attempt,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...optional("reference", row.reference),
    ...optional("deadline", row.deadline),
    ...optional("postponeUntil", row.postpone_until),
    ...(row.holder_job !== null &&
      row.holder_attempt !== null && { holder: { jobId: row.holder_job, attempt: row.holder_attempt } }),
    ...optional("startedAt", row.started_at),
    ...optional("endedAt", row.ended_at),
    ...optional("progress", row.progress),
    ...optional("outputs", row.outputs),
    ...optional("exception", row.exception),
    review: {
      status: row.review,
      ...optional("reviewer", row.reviewer),
      ...optional("note", row.review_note),
      ...optional("at", row.reviewed_at),
    },
  };
}

export interface AttemptRow {
  readonly attempt: number;
  readonly outcome: WorkItemAttempt["outcome"];
  readonly holder_job: string;
  readonly holder_attempt: number;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly progress: string | null;
  readonly exception: WorkItemException;
}

export function toAttempt(row: AttemptRow): WorkItemAttempt {
  return {
    attempt: row.attempt,
    holder: { jobId: row.holder_job, attempt: row.holder_attempt },
    outcome: row.outcome,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    ...optional("progress", row.progress),
    exception: row.exception,
  };
}

export interface FileRow {
  readonly id: string;
  readonly name: string;
  readonly content_type: string;
  readonly size_bytes: string;
  readonly sha256: string;
  readonly created_at: Date;
}

export const FILE_COLUMNS = sql`id, name, content_type, size_bytes::text, sha256, created_at`;

export function toFile(row: FileRow): WorkItemFile {
  return {
    id: row.id,
    name: row.name,
    contentType: row.content_type,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    createdAt: row.created_at,
  };
}

/** Null is absent. */
export function optional<Key extends string, T>(key: Key, value: T | null): { readonly [K in Key]?: T } {
  return (value === null ? {} : { [key]: value }) as { readonly [K in Key]?: T };
}
