import type { WorkQueueDto, WorkQueueInput, WorkQueueStatsDto } from "../../../contracts/index.ts";
import type { WorkQueue, WorkQueueDraft, WorkQueueStats } from "../../../queue/items/index.ts";

export function viewWorkQueue(queue: WorkQueue): WorkQueueDto {
  const { tenantId: _tenant, createdAt, updatedAt, retry, startRule, ...rest } = queue;
  return {
    ...rest,
    retry: { application: { ...retry.application }, business: { ...retry.business }, maxAttempts: retry.maxAttempts },
    ...(startRule && { startRule: { ...startRule } }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function viewStats({ since, ...figures }: WorkQueueStats): WorkQueueStatsDto {
  return { ...figures, counts: { ...figures.counts }, since: since.toISOString() };
}

/** What a request says of a queue; the schema of the route and the draft differ in what they call absent alone. */
export function toQueueDraft(input: WorkQueueInput): WorkQueueDraft {
  return withoutUndefined(input) as WorkQueueDraft;
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutUndefined(part)]));
}
