import { DAY_MS, type TidyOptions, type TidyReport } from "../tidy.ts";
import type { MemoryTenant } from "./memory-tenant.ts";

/** See `JobQueue.tidy`; there is no database that could give alarms. */
export function tidyTenants(tenants: readonly MemoryTenant[], options: TidyOptions, now: Date): TidyReport {
  const forgotten = tenants.map((tenant) => tidyTenant(tenant, options, now));
  return {
    jobsForgotten: forgotten.some(({ jobs }) => jobs > 0),
    deadLettersForgotten: forgotten.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    raised: [],
    cleared: [],
  };
}

/** Forgets dead letters, then ended jobs, whose time is over. @returns how many. */
function tidyTenant(
  tenant: MemoryTenant,
  { retentionDays, deadLetterRetentionDays }: TidyOptions,
  now: Date,
): { readonly jobs: number; readonly deadLetters: number } {
  const isOver = (at: Date, days: number): boolean => days > 0 && now.getTime() - at.getTime() >= days * DAY_MS;
  let deadLetters = 0;
  for (const letter of tenant.deadLetters.values()) {
    if (!isOver(letter.diedAt, deadLetterRetentionDays)) continue;
    tenant.deadLetters.delete(letter.jobId);
    deadLetters++;
  }
  let jobs = 0;
  for (const job of tenant.jobs.values()) {
    if (job.place.kind !== "done" || tenant.deadLetters.has(job.id)) continue;
    if (!isOver(job.place.finishedAt, retentionDays)) continue;
    tenant.forget(job);
    jobs++;
  }
  return { jobs, deadLetters };
}
