import type { TenantId } from "../core/ids.ts";
import type { CancelOutcome } from "../queue/index.ts";
import { announce } from "./api/announce.ts";
import type { Services } from "./services.ts";

/** A job that was cancelled, or is to stop. */
export interface Cancellation {
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly reason: string | undefined;
}

/** Tells the robot, the listeners and the work queue of a job what its cancellation came to; nothing when it came to nothing. */
export async function followCancel(
  services: Pick<Services, "events" | "log" | "control" | "desk">,
  { tenantId, jobId, reason }: Cancellation,
  outcome: CancelOutcome,
): Promise<void> {
  const data = reason === undefined ? {} : { reason };
  if (outcome.kind === "cancelled") {
    await announce(services, tenantId, { type: "job.cancelled", jobId, data });
    // It may have been started for work items: then another one may be due.
    await services.desk.attemptEnded(tenantId, { jobId, attempt: 0 });
  }
  if (outcome.kind === "requested") {
    await services.control.cancelJob({ tenantId, sessionId: outcome.sessionId, jobId, ...data });
    await announce(services, tenantId, { type: "job.cancel-requested", jobId, data });
  }
}
