import type { z } from "zod";
import type { jobInput } from "../../../contracts/index.ts";
import type { JsonValue } from "../../../core/json.ts";
import type { WorkflowSummary } from "../../../persistence/index.ts";
import { type EnqueueRequest, type Job, PRIORITY } from "../../../queue/index.ts";
import { orchestratorErrors } from "../../errors.ts";
import { ruleOf } from "../../workflow-concurrency.ts";

type Submission = z.output<typeof jobInput>;

/**
 * What goes into the queue for a submission. Throws REQUEST_INVALID for times that cannot be meant.
 *
 * @param headerKey the Idempotency-Key header; the body's own key goes before it.
 */
export function toEnqueueRequest(
  submission: Submission,
  workflow: WorkflowSummary,
  { headerKey, now }: { readonly headerKey: string | undefined; readonly now: Date },
): EnqueueRequest {
  const { priority, environment, retry } = submission;
  const runAt = submission.runAt === undefined ? undefined : new Date(submission.runAt);
  const deadline = submission.deadline === undefined ? undefined : new Date(submission.deadline);
  if (deadline && deadline <= now) refuse("body.deadline", "lies in the past");
  if (deadline && runAt && deadline <= runAt) refuse("body.deadline", "lies before runAt");
  const idempotencyKey = submission.idempotencyKey ?? headerKey;
  const concurrency = submission.concurrency ? withoutUndefined(submission.concurrency) : ruleOf(workflow);
  return {
    kind: workflow.id,
    payload: {
      workflowId: workflow.id,
      workflowVersion: workflow.version,
      workflowName: workflow.name,
      variables: submission.variables,
    },
    requires: [...new Set([...workflow.requires, ...(submission.requires ?? [])])],
    ...(priority !== undefined && { priority: typeof priority === "string" ? PRIORITY[priority] : priority }),
    ...(runAt && { runAt }),
    ...(deadline && { deadline }),
    ...(retry && { retry: withoutUndefined(retry) }),
    ...(environment !== undefined && { environment }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(concurrency && { concurrency }),
  };
}

/** True when a job that was found by its idempotency key is the one that is asked for now. */
export function isSameSubmission(job: Job, request: EnqueueRequest): boolean {
  return (
    job.kind === request.kind && canonicalText(variablesOf(job.payload)) === canonicalText(variablesOf(request.payload))
  );
}

function variablesOf(payload: JsonValue): JsonValue {
  return (payload as { readonly variables?: JsonValue } | null)?.variables ?? {};
}

/** JSON text that does not depend on the order of keys: a store may hand them out in another one. */
function canonicalText(value: JsonValue): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function refuse(path: string, message: string): never {
  throw orchestratorErrors.REQUEST_INVALID({ errors: [{ path, message, code: "invalid_value" }] });
}
