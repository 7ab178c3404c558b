import type { TenantId } from "../../core/ids.ts";
import type { NewEvent } from "../../persistence/index.ts";
import type { Attempt, Job, JobQueue, ReapReport } from "../../queue/index.ts";

/** What became of a job that the reaper took from a robot, or whose deadline passed. */
export type ReapedAs = "requeued" | "died" | "cancelled" | "timedOut";

const END_TYPES = {
  requeued: "job.requeued",
  died: "job.dead",
  cancelled: "job.cancelled",
  timedOut: "job.timed-out",
} as const;

/** The story of one reaped job: its robot was lost (or never got it), and what the job is now. */
export function reapEvents(job: Job, lastAttempt: Attempt | undefined, reapedAs: ReapedAs): readonly NewEvent[] {
  const events: NewEvent[] = [];
  const { attempt, robotId, outcome } = lastAttempt ?? {};
  const about = {
    jobId: job.id,
    ...(attempt !== undefined && { attempt }),
    ...(robotId !== undefined && { robotId }),
  };
  if (outcome === "lost") events.push({ type: "job.lost", ...about });
  // An exhausted attempt is called dead, whatever it died of: here, of silence.
  if (outcome === "dead" && reapedAs === "died") events.push({ type: "job.lost", ...about });
  if (outcome === "released") events.push({ type: "job.released", ...about });
  const data = {
    ...(reapedAs === "requeued" && { runAt: job.runAt.toISOString() }),
    ...(job.error && { error: { code: job.error.code, message: job.error.message } }),
  };
  events.push({ type: END_TYPES[reapedAs], ...about, data });
  return events;
}

/** The jobs of a report with what became of each. */
export function reapedJobs(report: ReapReport): readonly { readonly jobId: string; readonly reapedAs: ReapedAs }[] {
  const kinds: readonly ReapedAs[] = ["requeued", "died", "cancelled", "timedOut"];
  return kinds.flatMap((reapedAs) => report[reapedAs].map((jobId) => ({ jobId, reapedAs })));
}

/** A report names jobs without their tenants: asks each tenant for the job. */
export async function findReaped(
  queue: Pick<JobQueue, "get" | "attempts">,
  tenants: readonly TenantId[],
  jobId: string,
): Promise<{ readonly job: Job; readonly lastAttempt: Attempt | undefined } | undefined> {
  for (const tenantId of tenants) {
    const job = await queue.get(tenantId, jobId);
    if (job) return { job, lastAttempt: (await queue.attempts(tenantId, jobId)).at(-1) };
  }
  return undefined;
}
