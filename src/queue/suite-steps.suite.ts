import type { TenantId } from "../core/ids.ts";
import type { ClaimedJob, EnqueueRequest, JobFailure } from "./job.ts";
import type { QueueHarness } from "./queue.suite.ts";

/** What suites do to jobs, each in a line. */
export interface Steps {
  submit(request?: Partial<EnqueueRequest>): Promise<string>;
  /** Takes the next job of the environment, with a new session. */
  take(environment?: string): Promise<ClaimedJob>;
  complete(request?: Partial<EnqueueRequest>): Promise<string>;
  fail(request?: Partial<EnqueueRequest>, failure?: JobFailure): Promise<string>;
}

export const LEASE_MS = 30_000;
export const PERMANENT: JobFailure = { code: "NO_FILE", message: "the file does not exist", errorClass: "permanent" };

/** Steps with jobs of one tenant. */
export function stepsOf({ queue }: QueueHarness, tenantId: TenantId): Steps {
  const steps: Steps = {
    async submit(request = {}) {
      const [outcome] = await queue.enqueue(tenantId, [{ kind: "invoice", payload: 1, ...request }]);
      return outcome?.jobId ?? "";
    },
    async take(environment = "default") {
      const { sessionId } = await queue.openSession({ tenantId, robotId: "robot", leaseMs: LEASE_MS });
      const [job] = await queue.claim({ tenantId, sessionId, environment, capabilities: ["ocr"], limit: 1 });
      if (job === undefined) throw new Error("nothing to claim");
      return job;
    },
    async complete(request = {}) {
      const jobId = await steps.submit(request);
      await queue.complete(await steps.take(request.environment));
      return jobId;
    },
    async fail(request = {}, failure = PERMANENT) {
      const jobId = await steps.submit(request);
      await queue.fail(await steps.take(request.environment), failure);
      return jobId;
    },
  };
  return steps;
}
