import { messageOf } from "../../core/errors.ts";
import type { EventRepository, WorkflowRepository, WorkflowSummary } from "../../persistence/index.ts";
import type { EnqueueRequest, JobQueue } from "../../queue/index.ts";
import type { StartId, StartRule, WorkItemStore } from "../../queue/items/index.ts";
import type { OrchestratorLog } from "../log.ts";
import { ruleOf } from "../workflow-concurrency.ts";

/** What starting jobs for items takes. */
export interface StartParts {
  readonly store: WorkItemStore;
  readonly queue: Pick<JobQueue, "enqueue">;
  readonly workflows: Pick<WorkflowRepository, "summarize">;
  readonly events: Pick<EventRepository, "append">;
  readonly log: OrchestratorLog;
}

/**
 * Puts the jobs of starts that were decided into the queue and writes down which they are. Doing it again is harmless: each
 * start has an idempotency key of its own.
 *
 * @param starts of one work queue.
 */
export async function carryOut(parts: StartParts, rule: StartRule, starts: readonly StartId[]): Promise<void> {
  const [first] = starts;
  if (first === undefined) return;
  const { tenantId, queueId } = first;
  const workflow = await parts.workflows.summarize(tenantId, rule.workflowId);
  if (workflow === undefined) {
    for (const start of starts) await parts.store.forgetStart(start);
    parts.log.warn({ tenantId, queueId, workflowId: rule.workflowId }, "workflow of a start rule does not exist");
    return;
  }
  const outcomes = await parts.queue.enqueue(
    tenantId,
    starts.map((start) => requestOf(rule, workflow, start)),
  );
  for (const [index, start] of starts.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) continue;
    await parts.store.recordStart(start, outcome.jobId);
    parts.log.info({ tenantId, queueId, jobId: outcome.jobId }, "job started for work items");
    if (outcome.created) await tell(parts, { start, workflow, jobId: outcome.jobId });
  }
}

function requestOf(rule: StartRule, workflow: WorkflowSummary, { queueId, number }: StartId): EnqueueRequest {
  const concurrency = ruleOf(workflow);
  return {
    kind: workflow.id,
    payload: {
      workflowId: workflow.id,
      workflowVersion: workflow.version,
      workflowName: workflow.name,
      variables: rule.variables ?? {},
    },
    requires: workflow.requires,
    idempotencyKey: `work-queue/${queueId}/${number}`,
    ...(rule.environment !== undefined && { environment: rule.environment }),
    ...(rule.priority !== undefined && { priority: rule.priority }),
    ...(concurrency && { concurrency }),
  };
}

/** The job is in the queue; that nobody hears of it is no reason to do it again. */
async function tell(
  { events, log }: StartParts,
  made: { readonly start: StartId; readonly workflow: WorkflowSummary; readonly jobId: string },
): Promise<void> {
  const { start, workflow, jobId } = made;
  const data = {
    workflowId: workflow.id,
    workflowVersion: workflow.version,
    workflowName: workflow.name,
    workQueueId: start.queueId,
  };
  try {
    await events.append(start.tenantId, [{ type: "job.created", jobId, data }]);
  } catch (error) {
    log.error({ tenantId: start.tenantId, jobId, problem: messageOf(error) }, "event not stored");
  }
}
