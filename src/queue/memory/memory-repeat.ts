import { type AcceptedJob, acceptRule } from "../accepted-job.ts";
import type { RepeatOptions } from "../queue.ts";
import type { MemoryJob, MemoryTenant } from "./memory-tenant.ts";

/** What a repeated job is made of; brings the limit that it is given up to date. */
export function repeatOf(tenant: MemoryTenant, job: MemoryJob, options: RepeatOptions & { now: Date }): AcceptedJob {
  const { runAt: _runAt, idempotencyKey: _key, deadline, ...kept } = job.accepted;
  const { now } = options;
  const rule = options.concurrency && acceptRule(options.concurrency);
  if (rule !== undefined) tenant.changeLimit(rule);
  const concurrency = kept.concurrency ? tenant.ruleOf(kept.concurrency) : rule;
  return {
    ...kept,
    retryOf: job.id,
    ...(concurrency !== undefined && { concurrency }),
    ...(deadline !== undefined && {
      deadline: deadline <= now ? new Date(now.getTime() + deadline.getTime() - job.createdAt.getTime()) : deadline,
    }),
  };
}
