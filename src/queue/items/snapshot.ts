import { z } from "zod";
import { newId, type TenantId } from "../../core/ids.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { judgeItems } from "./accepted-item.ts";
import { acceptQueue } from "./accepted-queue.ts";
import { workItemErrors } from "./errors.ts";
import type { MemoryItem, MemoryTenant } from "./memory/memory-book.ts";
import { REVIEW_STATUSES, WORK_ITEM_STATES, type WorkItem, type WorkItemAttempt } from "./work-item.ts";
import type { WorkQueueDraft } from "./work-queue.ts";

const object = z.custom<JsonObject>(isJsonObject, "must be an object");
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const count = z.int().min(0);
const holder = z.strictObject({ jobId: z.string(), attempt: z.int().min(1) });
const exception = z.strictObject({ type: z.enum(["application", "business"]), code: z.string(), message: z.string() });

const attempt = z.strictObject({
  attempt: z.int().min(1),
  holder,
  outcome: z.enum(["in_progress", "successful", "failed", "abandoned"]),
  startedAt: instant,
  endedAt: instant.optional(),
  progress: z.string().optional(),
  exception: exception.optional(),
});

const item = z.strictObject({
  id: z.uuid().optional(),
  reference: z.string().optional(),
  data: object.optional(),
  priority: z.int().optional(),
  deadline: instant.optional(),
  postponeUntil: instant.optional(),
  state: z.enum(WORK_ITEM_STATES).default("new"),
  version: z.int().min(1).default(1),
  attempt: count.default(0),
  holder: holder.optional(),
  createdAt: instant.optional(),
  updatedAt: instant.optional(),
  startedAt: instant.optional(),
  endedAt: instant.optional(),
  progress: z.string().optional(),
  outputs: object.optional(),
  exception: exception.optional(),
  review: z
    .strictObject({
      status: z.enum(REVIEW_STATUSES),
      reviewer: z.string().optional(),
      note: z.string().optional(),
      at: instant.optional(),
    })
    .default({ status: "none" }),
  failures: z.strictObject({ application: count, business: count, spent: count }).optional(),
  formerAttempts: z.array(attempt).default([]),
});

const queue = z.looseObject({ id: z.uuid().optional(), items: z.array(item).default([]) });

/**
 * Work queues and their items as a JSON file holds them. A queue is written as for `createQueue`, an item as for `addItems`
 * with instants as ISO 8601 text; what else is there is what runs have made of them.
 */
export const workItemsDocument = z.strictObject({ queues: z.array(queue) });
/** The file after it was read. */
export type WorkItemsDocument = z.output<typeof workItemsDocument>;
type DocumentItem = WorkItemsDocument["queues"][number]["items"][number];

/** A tenant with the queues and items of a document. Throws WORK_QUEUE_INVALID, WORK_ITEM_INVALID with the place. */
export function importTenant(tenantId: TenantId, document: WorkItemsDocument, now: Date): MemoryTenant {
  const tenant: MemoryTenant = { queues: new Map(), items: new Map() };
  for (const { id = newId(), items, ...draft } of document.queues) {
    // The schema has left the settings alone: this is where they are checked.
    const accepted = acceptQueue(draft as unknown as WorkQueueDraft);
    const made = { ...accepted, id, tenantId, version: 1, createdAt: now, updatedAt: now };
    if ([...tenant.queues.values()].some((other) => other.queue.name === made.name)) {
      throw workItemErrors.WORK_QUEUE_NAME_TAKEN({ name: made.name });
    }
    tenant.queues.set(id, { queue: made, nextStart: 1, starts: [] });
    const judged = judgeItems(made, items.map(draftOf));
    items.forEach((given, index) => {
      const one = judged[index];
      if (one === undefined) return;
      if (one.kind === "refused") {
        const { path, message } = one.problem;
        throw workItemErrors.WORK_ITEM_INVALID({ path: `${made.name}.${path}`, problem: message });
      }
      const entry = entryOf(given, { ...one.item, tenantId, queueId: id, now });
      tenant.items.set(entry.item.id, entry);
    });
  }
  return tenant;
}

/** A document from which `importTenant` makes the same again. Files are left out. */
export function exportTenant(tenant: MemoryTenant): WorkItemsDocument {
  const entries = [...tenant.items.values()];
  return {
    queues: [...tenant.queues.values()].map(({ queue: made }) => {
      const { tenantId: _tenant, version: _version, createdAt: _created, updatedAt: _updated, ...settings } = made;
      const own = entries.filter((entry) => entry.item.queueId === made.id);
      return { ...settings, items: own.map(documentItem) };
    }),
  };
}

function draftOf({ id, reference, data, priority, deadline, postponeUntil, state }: DocumentItem) {
  return {
    ...(id !== undefined && { id }),
    ...(data && { data }),
    // A deleted item's reference is free for others, so it is judged by another one.
    ...(reference !== undefined && { reference: state === "deleted" ? newId() : reference }),
    ...(priority !== undefined && { priority }),
    // Only items of people are held to the order of these two: a retry may be put off beyond the deadline.
    ...(state === "new" && deadline && { deadline }),
    ...(state === "new" && postponeUntil && { postponeUntil }),
  };
}

function entryOf(
  given: DocumentItem,
  made: Pick<WorkItem, "id" | "priority" | "tenantId" | "queueId"> & { readonly dataText: string; readonly now: Date },
): MemoryItem {
  const { failures, formerAttempts, createdAt = made.now, updatedAt = made.now, review, ...rest } = given;
  const { id, priority, tenantId, queueId } = made;
  const data = JSON.parse(made.dataText) as JsonObject;
  return {
    item: withoutUndefined<WorkItem>({
      ...rest,
      id,
      priority,
      tenantId,
      queueId,
      data,
      createdAt,
      updatedAt,
      review: withoutUndefined<WorkItem["review"]>(review),
    }),
    history: {
      applicationFailures: failures?.application ?? 0,
      businessFailures: failures?.business ?? 0,
      spent: failures?.spent ?? 0,
    },
    former: formerAttempts.map((former) => withoutUndefined<WorkItemAttempt>(former)),
    takeKey: undefined,
    files: [],
  };
}

function documentItem({ item: stored, history, former }: MemoryItem): DocumentItem {
  const { tenantId: _tenant, queueId: _queue, review, ...rest } = stored;
  const { applicationFailures: application, businessFailures: business, spent } = history;
  return {
    ...rest,
    review: { ...review },
    ...(spent > 0 && { failures: { application, business, spent } }),
    formerAttempts: former.map((one) => ({ ...one })),
  };
}

/** Drops what is undefined, which types of zod allow and ours do not. */
function withoutUndefined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
