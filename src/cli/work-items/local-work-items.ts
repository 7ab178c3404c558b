import { DEFAULT_TENANT, newId } from "../../core/ids.ts";
import type { HeldWorkItem, NewWorkItem, WorkItemBackend } from "../../nodes/index.ts";
import {
  addOneItem,
  type ItemHolder,
  type ItemLease,
  type WorkItem,
  type WorkItemDraft,
  type WorkItemStore,
  type WorkQueue,
  workItemErrors,
} from "../../queue/items/index.ts";

/** The one run that works on a store of its own. */
export const LOCAL_HOLDER: ItemHolder = { jobId: "1", attempt: 1 };

/** Work items of a store in this process, for one run without a server. */
export function createLocalWorkItems(store: WorkItemStore): WorkItemBackend {
  return {
    async take(named) {
      const { id: queueId } = await requireQueue(store, named);
      const item = await store.takeNext({
        tenantId: DEFAULT_TENANT,
        queueId,
        holder: LOCAL_HOLDER,
        requestId: newId(),
      });
      return item && toHeld(item);
    },
    async add(named, item) {
      const { id: queueId } = await requireQueue(store, named);
      const request = { tenantId: DEFAULT_TENANT, queueId, item: toDraft(item), name: "" };
      return (await addOneItem(store, request)).itemId;
    },
    async settle(item, end) {
      const lease = leaseOf(item);
      const settled =
        end.kind === "successful" ? await store.complete(lease, end.outputs) : await store.fail(lease, end.exception);
      return settled.kind === "lost" ? "lost" : settled.state;
    },
    progress: (item, text) => store.setProgress(leaseOf(item), text),
  };
}

async function requireQueue(store: WorkItemStore, named: string): Promise<WorkQueue> {
  const queue = await store.findQueue(DEFAULT_TENANT, named);
  if (queue === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: named });
  return queue;
}

function leaseOf({ id: itemId, attempt }: HeldWorkItem): ItemLease {
  return { tenantId: DEFAULT_TENANT, itemId, attempt, holder: LOCAL_HOLDER };
}

function toHeld(item: WorkItem): HeldWorkItem {
  const { id, attempt, priority, reference, data, deadline, createdAt } = item;
  return {
    id,
    attempt,
    priority,
    data,
    ...(reference !== undefined && { reference }),
    ...(deadline && { deadline: deadline.toISOString() }),
    createdAt: createdAt.toISOString(),
  };
}

function toDraft({ data, reference, priority, deadline, postponeUntil }: NewWorkItem): WorkItemDraft {
  return {
    data,
    ...(reference !== undefined && { reference }),
    ...(priority !== undefined && { priority }),
    ...(deadline !== undefined && { deadline: new Date(deadline) }),
    ...(postponeUntil !== undefined && { postponeUntil: new Date(postponeUntil) }),
  };
}
