import { abandonment } from "../accepted-item.ts";
import { presentAttempt } from "../present-attempt.ts";
import { decideAfterAbandonment, decideAfterException, type ItemVerdict } from "../retry-rule.ts";
import type { ItemLease, WorkItemAttempt, WorkItemException } from "../work-item.ts";
import type { AbandonedItem, ItemSettlement } from "../work-item-store.ts";
import { change, type MemoryItem, type MemoryTenant, queueOf } from "./memory-book.ts";

/** The item, as long as the lease holds it. */
export function findHeldItem(tenant: MemoryTenant, lease: ItemLease): MemoryItem | undefined {
  const entry = tenant.items.get(lease.itemId);
  if (entry?.item.state !== "in_progress" || entry.item.attempt !== lease.attempt) return undefined;
  const { holder } = entry.item;
  return holder?.jobId === lease.holder.jobId && holder.attempt === lease.holder.attempt ? entry : undefined;
}

/** Ends an attempt with the exception that its holder told. */
export function failItem(
  tenant: MemoryTenant,
  entry: MemoryItem,
  told: { exception: WorkItemException; now: Date },
): ItemSettlement {
  const { queue } = queueOf(tenant, entry.item.queueId);
  const verdict = decideAfterException(queue.retry, entry.history, told.exception.type);
  settle(entry, { ...told, verdict, outcome: "failed" });
  const { queueId } = entry.item;
  return { kind: "recorded", queueId, state: verdict.kind === "retry" ? "retried" : "failed" };
}

/** Ends an attempt whose holder said nothing. */
export function abandonItem(tenant: MemoryTenant, entry: MemoryItem, now: Date): AbandonedItem {
  const { id: itemId, queueId, holder = { jobId: "", attempt: 0 } } = entry.item;
  const verdict = decideAfterAbandonment(queueOf(tenant, queueId).queue.retry, entry.history);
  settle(entry, { verdict, outcome: "abandoned", exception: abandonment(holder), now });
  return { itemId, queueId, state: verdict.kind === "retry" ? "retried" : "abandoned" };
}

interface End {
  readonly verdict: ItemVerdict;
  readonly outcome: "failed" | "abandoned";
  readonly exception: WorkItemException;
  readonly now: Date;
}

function settle(entry: MemoryItem, { verdict, outcome, exception, now }: End): void {
  const { history } = entry;
  const isBusiness = exception.type === "business";
  entry.history = {
    spent: history.spent + 1,
    businessFailures: history.businessFailures + (isBusiness ? 1 : 0),
    applicationFailures: history.applicationFailures + (isBusiness ? 0 : 1),
  };
  if (verdict.kind === "end") {
    change(entry, { state: verdict.state, endedAt: now, exception }, now);
    return;
  }
  entry.former = attemptsOf(entry).map((attempt) =>
    attempt.outcome === "in_progress" ? { ...attempt, outcome, exception, endedAt: now } : attempt,
  );
  change(
    entry,
    { state: "retried", exception, postponeUntil: new Date(now.getTime() + verdict.delayMs), endedAt: undefined },
    now,
  );
}

/** All attempts at the item, oldest first. */
export function attemptsOf({ item, former }: MemoryItem): readonly WorkItemAttempt[] {
  const present = presentAttempt(item, former.at(-1)?.attempt);
  return present === undefined ? former : [...former, present];
}

/** What a lease that does not hold its item any more had said before. */
export function formerSettlement(
  entry: MemoryItem | undefined,
  lease: ItemLease,
  said: "successful" | "failed",
): ItemSettlement {
  if (entry === undefined) return { kind: "lost" };
  const { item } = entry;
  const own = entry.former.find(({ attempt, holder }) => attempt === lease.attempt && isSame(holder, lease.holder));
  if (own !== undefined) return own.outcome === said ? { kind: "duplicate", state: "retried" } : { kind: "lost" };
  const isOwn = item.attempt === lease.attempt && item.holder !== undefined && isSame(item.holder, lease.holder);
  return isOwn && item.state === said ? { kind: "duplicate", state: said } : { kind: "lost" };
}

function isSame(a: ItemLease["holder"], b: ItemLease["holder"]): boolean {
  return a.jobId === b.jobId && a.attempt === b.attempt;
}
