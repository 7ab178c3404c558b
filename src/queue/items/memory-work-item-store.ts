import { type Clock, systemClock } from "../../core/clock.ts";
import { newId, type TenantId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import {
  checkItemFilter,
  checkReview,
  checkTake,
  encodeOutputs,
  judgeItems,
  storableException,
  storableProgress,
} from "./accepted-item.ts";
import { acceptQueue } from "./accepted-queue.ts";
import { workItemErrors } from "./errors.ts";
import { EDITS, MAX_FILES, tooManyFiles } from "./item-edits.ts";
import {
  change,
  compareUrgency,
  findItem,
  isDue,
  itemsOf,
  type MemoryItem,
  type MemoryTenant,
  parseObject,
  queueOf,
  type Tenants,
} from "./memory/memory-book.ts";
import { addItem, itemToEdit, matchesFilter, takenReferences, updateWaiting } from "./memory/memory-edits.ts";
import { editQueue, planStartsOf, refuseTakenName, statsOf } from "./memory/memory-queues.ts";
import { abandonItem, attemptsOf, failItem, findHeldItem, formerSettlement } from "./memory/memory-settle.ts";
import { readItemPage, toItemPage } from "./page.ts";
import { refuseOutdatedQueue } from "./queue-edits.ts";
import { exportTenant, importTenant, type WorkItemsDocument } from "./snapshot.ts";
import type { ItemHolder, ItemLease, WorkItem, WorkItemAttempt, WorkItemException, WorkItemFile } from "./work-item.ts";
import type {
  AbandonedItem,
  AddItemsRequest,
  AddOutcome,
  ItemEdit,
  ItemPage,
  ItemPageRequest,
  ItemReview,
  ItemSettlement,
  ListItemsRequest,
  OpenStart,
  PlannedStarts,
  StartId,
  TakeRequest,
  TenantHolder,
  WorkItemStore,
  WorkQueueEdit,
} from "./work-item-store.ts";
import type { WorkQueue, WorkQueueDraft, WorkQueueStats } from "./work-queue.ts";

const MAX_HOLDERS = 1_000;
const DAY_MS = 86_400_000;

/**
 * Work queues in this process's memory, with the promises of the PostgreSQL store but durability: for `casare run`, and for
 * tests. `exportTenant` and the option `document` carry them over from one process to the next.
 */
export class MemoryWorkItemStore implements WorkItemStore {
  readonly #clock: Clock;
  readonly #tenants: Tenants = new Map();

  /** @param options.clock decides all times; default the machine's. */
  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  /** Puts the queues and items of a document in place of the tenant's. Throws WORK_QUEUE_INVALID, WORK_ITEM_INVALID. */
  load(tenantId: TenantId, document: WorkItemsDocument): void {
    this.#tenants.set(tenantId, importTenant(tenantId, document, this.#clock.now()));
  }

  /** All queues and items of a tenant; `load` takes it again. */
  dump(tenantId: TenantId): WorkItemsDocument {
    return exportTenant(this.#tenant(tenantId));
  }

  async createQueue(tenantId: TenantId, draft: WorkQueueDraft): Promise<WorkQueue> {
    const accepted = acceptQueue(draft);
    const tenant = this.#tenant(tenantId);
    refuseTakenName(tenant, accepted.name);
    const now = this.#clock.now();
    const queue: WorkQueue = { ...accepted, id: newId(), tenantId, version: 1, createdAt: now, updatedAt: now };
    tenant.queues.set(queue.id, { queue, nextStart: 1, starts: [] });
    return queue;
  }

  async updateQueue(tenantId: TenantId, queueId: string, edit: WorkQueueEdit): Promise<WorkQueue> {
    const accepted = acceptQueue(edit.draft);
    const { expectedVersion } = edit;
    return editQueue(this.#tenant(tenantId), queueId, { accepted, expectedVersion, now: this.#clock.now() });
  }

  async findQueue(tenantId: TenantId, queue: string): Promise<WorkQueue | undefined> {
    const { queues } = this.#tenant(tenantId);
    return (queues.get(queue) ?? [...queues.values()].find((entry) => entry.queue.name === queue))?.queue;
  }

  async listQueues(tenantId: TenantId, page: ItemPageRequest): Promise<ItemPage<WorkQueue>> {
    const before = readItemPage(page);
    const queues = [...this.#tenant(tenantId).queues.values()]
      .map(({ queue }) => queue)
      .filter(({ id }) => before === undefined || id < before)
      .toReversed();
    return toItemPage(queues, page.limit);
  }

  async deleteQueue(tenantId: TenantId, queueId: string, expectedVersion?: number): Promise<void> {
    const tenant = this.#tenant(tenantId);
    const { queue } = queueOf(tenant, queueId);
    refuseOutdatedQueue(queue, expectedVersion);
    const items = itemsOf(tenant, queueId);
    if (items.some(({ item }) => item.state === "in_progress")) {
      throw workItemErrors.WORK_QUEUE_IN_USE({ queue: queue.name });
    }
    for (const { item } of items) tenant.items.delete(item.id);
    tenant.queues.delete(queueId);
  }

  async stats(tenantId: TenantId, queueId: string, since: Date): Promise<WorkQueueStats> {
    return statsOf(this.#tenant(tenantId), queueId, { since, now: this.#clock.now() });
  }

  async addItems({ tenantId, queueId, items, mode }: AddItemsRequest): Promise<readonly AddOutcome[]> {
    const tenant = this.#tenant(tenantId);
    const { queue } = queueOf(tenant, queueId);
    const judged = judgeItems(queue, items);
    const now = this.#clock.now();
    const before = new Set(tenant.items.keys());
    const taken = takenReferences(tenant, queue);
    const outcomes = judged.map((one, index) =>
      one.kind === "refused" ? one : addItem(tenant, queue, { item: one.item, index, now, taken }),
    );
    const errors = outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome.problem] : []));
    if (mode === "each" || errors.length === 0) return outcomes;
    for (const id of tenant.items.keys()) if (!before.has(id)) tenant.items.delete(id);
    throw workItemErrors.WORK_ITEMS_REFUSED({ errors });
  }

  async getItem(tenantId: TenantId, queueId: string, itemId: string): Promise<WorkItem | undefined> {
    return findItem(this.#tenant(tenantId), queueId, itemId)?.item;
  }

  async listItems({ tenantId, queueId, filter, page }: ListItemsRequest): Promise<ItemPage<WorkItem>> {
    checkItemFilter(filter);
    const before = readItemPage(page);
    const tenant = this.#tenant(tenantId);
    queueOf(tenant, queueId);
    const items = itemsOf(tenant, queueId)
      .map(({ item }) => item)
      .filter((item) => (before === undefined || item.id < before) && matchesFilter(item, filter))
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
    return toItemPage(items, page.limit);
  }

  async attempts(tenantId: TenantId, itemId: string): Promise<readonly WorkItemAttempt[]> {
    const entry = this.#tenant(tenantId).items.get(itemId);
    return entry === undefined ? [] : attemptsOf(entry);
  }

  async updateItem(
    edit: ItemEdit & { readonly change: Parameters<typeof updateWaiting>[2]["change"] },
  ): Promise<WorkItem> {
    const tenant = this.#tenant(edit.tenantId);
    const entry = itemToEdit(tenant, edit, EDITS.update);
    return updateWaiting(tenant, entry, { change: edit.change, now: this.#clock.now() });
  }

  async deleteItem(edit: ItemEdit): Promise<WorkItem> {
    const now = this.#clock.now();
    const entry = itemToEdit(this.#tenant(edit.tenantId), edit, EDITS.delete);
    return change(entry, { state: "deleted", endedAt: entry.item.endedAt ?? now }, now);
  }

  async retryItem(edit: ItemEdit & { readonly reviewer: string; readonly note?: string }): Promise<WorkItem> {
    checkReview(edit);
    const entry = itemToEdit(this.#tenant(edit.tenantId), edit, EDITS.retry);
    const now = this.#clock.now();
    entry.former = attemptsOf(entry);
    entry.history = { applicationFailures: 0, businessFailures: 0, spent: 0 };
    const { reviewer, note } = edit;
    const review = { status: "retried", reviewer, at: now, ...(note !== undefined && { note }) } as const;
    return change(entry, { state: "retried", endedAt: undefined, postponeUntil: undefined, review }, now);
  }

  async reviewItem(edit: ItemEdit & { readonly review: ItemReview }): Promise<WorkItem> {
    checkReview(edit.review);
    const entry = itemToEdit(this.#tenant(edit.tenantId), edit, EDITS.review);
    const now = this.#clock.now();
    return change(entry, { review: { ...edit.review, at: now } }, now);
  }

  async addFile(
    tenantId: TenantId,
    itemId: string,
    file: Omit<WorkItemFile, "id" | "createdAt">,
  ): Promise<WorkItemFile> {
    const entry = this.#tenant(tenantId).items.get(itemId);
    if (entry === undefined) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
    const former = entry.files.find(({ name }) => name === file.name);
    if (former === undefined && entry.files.length >= MAX_FILES) throw tooManyFiles();
    const { name, contentType, sizeBytes, sha256 } = file;
    const stored = { id: former?.id ?? newId(), name, contentType, sizeBytes, sha256, createdAt: this.#clock.now() };
    entry.files = [...entry.files.filter((other) => other !== former), stored];
    return stored;
  }

  async listFiles(tenantId: TenantId, itemId: string): Promise<readonly WorkItemFile[]> {
    const files = this.#tenant(tenantId).items.get(itemId)?.files ?? [];
    return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async removeFile(tenantId: TenantId, itemId: string, fileId: string): Promise<boolean> {
    const entry = this.#tenant(tenantId).items.get(itemId);
    const count = entry?.files.length ?? 0;
    if (entry !== undefined) entry.files = entry.files.filter(({ id }) => id !== fileId);
    return entry !== undefined && entry.files.length < count;
  }

  async takeNext(request: TakeRequest): Promise<WorkItem | undefined> {
    checkTake(request);
    const { tenantId, queueId, holder, requestId } = request;
    const tenant = this.#tenant(tenantId);
    queueOf(tenant, queueId);
    const now = this.#clock.now();
    const items = itemsOf(tenant, queueId);
    const known = items.find(
      (entry) => requestId !== undefined && entry.takeKey === requestId && isHeldBy(entry, holder),
    );
    if (known !== undefined) return known.item;
    const due = items.filter(({ item }) => isDue(item, now));
    const next = due.reduce<MemoryItem | undefined>(
      (best, entry) => (best === undefined || compareUrgency(entry.item, best.item) < 0 ? entry : best),
      undefined,
    );
    if (next === undefined) return undefined;
    next.takeKey = requestId;
    const fresh = { progress: undefined, outputs: undefined, exception: undefined, endedAt: undefined };
    const attempt = next.item.attempt + 1;
    return change(next, { ...fresh, state: "in_progress", attempt, holder, startedAt: now }, now);
  }

  async setProgress(lease: ItemLease, progress: string): Promise<"recorded" | "lost"> {
    const entry = findHeldItem(this.#tenant(lease.tenantId), lease);
    if (entry === undefined) return "lost";
    change(entry, { progress: storableProgress(progress) }, this.#clock.now());
    return "recorded";
  }

  async complete(lease: ItemLease, outputs?: JsonObject): Promise<ItemSettlement> {
    const text = encodeOutputs(outputs);
    const tenant = this.#tenant(lease.tenantId);
    const entry = findHeldItem(tenant, lease);
    if (entry === undefined) return formerSettlement(tenant.items.get(lease.itemId), lease, "successful");
    const now = this.#clock.now();
    const { queueId } = entry.item;
    change(
      entry,
      { state: "successful", endedAt: now, outputs: text === undefined ? undefined : parseObject(text) },
      now,
    );
    return { kind: "recorded", queueId, state: "successful" };
  }

  async fail(lease: ItemLease, exception: WorkItemException): Promise<ItemSettlement> {
    const tenant = this.#tenant(lease.tenantId);
    const entry = findHeldItem(tenant, lease);
    if (entry === undefined) return formerSettlement(tenant.items.get(lease.itemId), lease, "failed");
    return failItem(tenant, entry, { exception: storableException(exception), now: this.#clock.now() });
  }

  async endHolder(tenantId: TenantId, holder: ItemHolder): Promise<readonly AbandonedItem[]> {
    const tenant = this.#tenant(tenantId);
    const held = [...tenant.items.values()].filter((entry) => isHeldBy(entry, holder));
    return held.map((entry) => abandonItem(tenant, entry, this.#clock.now()));
  }

  async holders(after?: TenantHolder): Promise<readonly TenantHolder[]> {
    const found = new Map<string, TenantHolder>();
    for (const [tenantId, { items }] of this.#tenants) {
      for (const { item } of items.values()) {
        if (item.state !== "in_progress" || item.holder === undefined) continue;
        const holder = { ...item.holder, tenantId };
        found.set(keyOf(holder), holder);
      }
    }
    const sorted = [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const rest = sorted.filter(([key]) => after === undefined || key > keyOf(after));
    return rest.slice(0, MAX_HOLDERS).map(([, holder]) => holder);
  }

  async prune(limit: number): Promise<number> {
    const nowMs = this.#clock.now().getTime();
    let count = 0;
    for (const tenant of this.#tenants.values()) {
      for (const { item } of tenant.items.values()) {
        const { retentionDays } = queueOf(tenant, item.queueId).queue;
        const isOver = item.endedAt !== undefined && item.endedAt.getTime() < nowMs - retentionDays * DAY_MS;
        if (!isOver || count >= limit) continue;
        tenant.items.delete(item.id);
        count += 1;
      }
    }
    return count;
  }

  async startingQueues(): Promise<readonly { readonly tenantId: TenantId; readonly queueId: string }[]> {
    return [...this.#tenants].flatMap(([tenantId, { queues }]) =>
      [...queues.values()].filter(({ queue }) => queue.startRule).map(({ queue }) => ({ tenantId, queueId: queue.id })),
    );
  }

  async planStarts(tenantId: TenantId, queueId: string): Promise<PlannedStarts | undefined> {
    return planStartsOf(this.#tenant(tenantId), tenantId, { queueId, now: this.#clock.now() });
  }

  async recordStart(start: StartId, jobId: string): Promise<void> {
    this.#changeStarts(start, (open) => (open.number === start.number ? [{ ...open, jobId }] : [open]));
  }

  async forgetStart(start: StartId): Promise<void> {
    this.#changeStarts(start, (open) => (open.number === start.number ? [] : [open]));
  }

  async openStarts(tenantId: TenantId, queueId: string): Promise<readonly OpenStart[]> {
    return this.#tenant(tenantId).queues.get(queueId)?.starts ?? [];
  }

  async startOf(tenantId: TenantId, jobId: string): Promise<StartId | undefined> {
    for (const { starts } of this.#tenant(tenantId).queues.values()) {
      const found = starts.find((start) => start.jobId === jobId);
      if (found !== undefined) return { tenantId, queueId: found.queueId, number: found.number };
    }
    return undefined;
  }

  #changeStarts({ tenantId, queueId }: StartId, replace: (start: OpenStart) => readonly OpenStart[]): void {
    const entry = this.#tenant(tenantId).queues.get(queueId);
    if (entry !== undefined) entry.starts = entry.starts.flatMap(replace);
  }

  #tenant(tenantId: TenantId): MemoryTenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const fresh: MemoryTenant = { queues: new Map(), items: new Map() };
    this.#tenants.set(tenantId, fresh);
    return fresh;
  }
}

function isHeldBy({ item }: MemoryItem, holder: ItemHolder): boolean {
  return item.state === "in_progress" && item.holder?.jobId === holder.jobId && item.holder.attempt === holder.attempt;
}

function keyOf({ tenantId, jobId, attempt }: TenantHolder): string {
  return [tenantId, jobId, attempt].map((part) => String(part).padStart(19, "0")).join("/");
}
