import { jobsCancelInput, jobsCancelReport } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { type CancelledJob, cancelJobs as cancelByFilter } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { announceAll } from "../announce.ts";
import { toJobFilter } from "./job-filter.ts";

export const cancelJobs = defineRoute({
  id: "cancelJobs",
  method: "POST",
  path: "/api/v1/jobs/cancel",
  tag: "jobs",
  summary: "Cancel many jobs",
  description:
    "Newest first, in steps: while there is a `nextCursor`, call again with it as `cursor`. Jobs that come meanwhile are left alone. With `dryRun`, jobs are only counted.",
  permission: "jobs:control",
  body: jobsCancelInput,
  success: { status: 200, description: "What this step did", body: jobsCancelReport },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ body, principal: { tenantId } }, services) {
    const { filter = {}, reason, limit, cursor, dryRun } = body;
    const { state, ...conditions } = filter;
    const done = await cancelByFilter(
      services.queue,
      tenantId,
      toJobFilter({ ...conditions, ...(state && { state }) }),
      {
        limit,
        dryRun,
        ...(cursor !== undefined && { cursor }),
        ...(reason !== undefined && { reason }),
        onPage: (jobs) => follow(services, { tenantId, reason }, jobs),
      },
    );
    const { matched, cancelled, requested, nextCursor } = done;
    return { body: { dryRun, matched, cancelled, requested, ...(nextCursor !== undefined && { nextCursor }) } };
  },
});

/** Tells robots and listeners. Work queues whose jobs these were see it with their next pass, and start no new ones between. */
async function follow(
  services: Services,
  cancel: { readonly tenantId: TenantId; readonly reason: string | undefined },
  jobs: readonly CancelledJob[],
): Promise<void> {
  const { tenantId } = cancel;
  const data = cancel.reason === undefined ? {} : { reason: cancel.reason };
  for (const { job, outcome } of jobs) {
    if (outcome.kind !== "requested" || job.cancelRequested) continue;
    await services.control.cancelJob({ tenantId, sessionId: outcome.sessionId, jobId: job.id, ...data });
  }
  const events = jobs.flatMap(({ job, outcome }) => {
    if (outcome.kind === "cancelled") return [{ type: "job.cancelled", jobId: job.id, data }];
    const isNews = outcome.kind === "requested" && !job.cancelRequested;
    return isNews ? [{ type: "job.cancel-requested", jobId: job.id, data }] : [];
  });
  await announceAll(services, tenantId, events);
}
