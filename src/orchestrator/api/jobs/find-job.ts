import type { JobDto } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { type Job, queueErrors } from "../../../queue/index.ts";
import type { Services } from "../../services.ts";
import { readPayload, viewJob } from "./job-view.ts";

/** The job; rejects with QUEUE_JOB_NOT_FOUND when the tenant has none of this id. */
export async function findJob({ queue }: Pick<Services, "queue">, tenantId: TenantId, jobId: string): Promise<Job> {
  const job = await queue.get(tenantId, jobId);
  if (!job) throw queueErrors.QUEUE_JOB_NOT_FOUND({ jobId });
  return job;
}

/** All of a job as the outside sees it. */
export async function describeJob(services: Services, tenantId: TenantId, jobId: string): Promise<JobDto> {
  const job = await findJob(services, tenantId, jobId);
  const [attempts, sensitive] = await Promise.all([
    services.queue.attempts(tenantId, jobId),
    sensitiveVariables(services, job),
  ]);
  return viewJob(job, { attempts, sensitive });
}

/** Undefined, which hides all values, when the workflow cannot be asked any more. */
async function sensitiveVariables(services: Services, job: Job): Promise<readonly string[] | undefined> {
  const { workflowVersion } = readPayload(job);
  if (workflowVersion === undefined) return undefined;
  const declared = await services.declaredVariables(job.tenantId, job.kind, workflowVersion);
  return declared?.filter(({ sensitive }) => sensitive).map(({ name }) => name);
}
