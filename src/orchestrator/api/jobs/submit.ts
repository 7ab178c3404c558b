import { type JobDto, jobDto, jobInput } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import type { JsonValue } from "../../../core/json.ts";
import { findMismatches } from "../../../execution/index.ts";
import { persistenceErrors, type WorkflowSummary } from "../../../persistence/index.ts";
import type { EnqueueRequest } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { readIdempotencyKey } from "../../idempotency/idempotency-key.ts";
import type { Services } from "../../services.ts";
import { announce } from "../announce.ts";
import { isSameSubmission, toEnqueueRequest } from "./enqueue-request.ts";
import { describeJob, findJob } from "./find-job.ts";

export const submitJob = defineRoute({
  id: "submitJob",
  method: "POST",
  path: "/api/v1/jobs",
  tag: "jobs",
  summary: "Queue a run of a workflow",
  description:
    "Of requests with the same `idempotencyKey` (or `Idempotency-Key` header) only the first makes a job; the others are answered with that job and `Idempotency-Replayed: true`.",
  permission: "jobs:submit",
  body: jobInput,
  success: { status: 202, description: "The job; `Location` is where to look for its progress", body: jobDto },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND", "WORKFLOW_VERSION_NOT_FOUND"], 422: ["QUEUE_INVALID"] },
  async handle({ body, headers, principal: { tenantId } }, services) {
    const workflow = await findWorkflow(services, tenantId, body);
    await checkVariables(services, tenantId, workflow, body.variables ?? {});
    const headerKey = readIdempotencyKey(headers);
    const request = toEnqueueRequest(body, workflow, { headerKey, now: services.clock.now() });
    const { jobId, created } = await enqueueOne(services, tenantId, request);
    if (created) {
      await announce(services, tenantId, {
        type: "job.created",
        jobId,
        data: { workflowId: workflow.id, workflowVersion: workflow.version, workflowName: workflow.name },
      });
    } else if (!isSameSubmission(await findJob(services, tenantId, jobId), request)) {
      throw orchestratorErrors.IDEMPOTENCY_KEY_REUSED({ key: request.idempotencyKey ?? "" });
    }
    const job = await describeJob(services, tenantId, jobId);
    if (created && job.state === "cancelled") await tellSkipped(services, tenantId, job);
    return {
      body: job,
      headers: { location: `/api/v1/jobs/${jobId}`, ...(!created && { "idempotency-replayed": "true" }) },
    };
  },
});

/** Its concurrency limit was reached, and says that jobs beyond are cancelled. */
async function tellSkipped(services: Services, tenantId: TenantId, { id: jobId, error }: JobDto): Promise<void> {
  const data = error === undefined ? {} : { reason: error.message };
  await announce(services, tenantId, { type: "job.cancelled", jobId, data });
}

/** A value that the workflow cannot start with is refused here, where somebody hears of it, and not by the robot. */
async function checkVariables(
  services: Services,
  tenantId: TenantId,
  { id, version }: WorkflowSummary,
  variables: Readonly<Record<string, JsonValue>>,
): Promise<void> {
  if (Object.keys(variables).length === 0) return;
  const declared = (await services.declaredVariables(tenantId, id, version)) ?? [];
  const errors = findMismatches(declared, variables).map(({ name, type, reason }) => ({
    path: `body.variables.${name}`,
    message: `must be of the type ${type}, but ${reason}`,
    code: "WORKFLOW_VARIABLE_INVALID",
  }));
  if (errors.length > 0) throw orchestratorErrors.REQUEST_INVALID({ errors });
}

async function enqueueOne({ queue }: Services, tenantId: TenantId, request: EnqueueRequest) {
  const [outcome] = await queue.enqueue(tenantId, [request]);
  if (!outcome) throw new TypeError("the queue took a job and named none");
  return outcome;
}

/** A deleted workflow is not found, whatever version is asked for. */
async function findWorkflow(
  { workflows }: Services,
  tenantId: TenantId,
  { workflowId, version }: { readonly workflowId: string; readonly version?: number | undefined },
): Promise<WorkflowSummary> {
  const newest = await workflows.summarize(tenantId, workflowId);
  if (!newest) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
  if (version === undefined || version === newest.version) return newest;
  const older = await workflows.summarize(tenantId, workflowId, version);
  if (!older) throw orchestratorErrors.WORKFLOW_VERSION_NOT_FOUND({ workflowId, version });
  return older;
}
