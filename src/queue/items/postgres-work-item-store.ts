import type { Database } from "../../database/index.ts";
import { addItems } from "./postgres/add-items.ts";
import { deleteItem, retryItem, reviewItem, updateItem } from "./postgres/edit-items.ts";
import { createQueue, deleteQueue, listQueues, updateQueue } from "./postgres/edit-queues.ts";
import { addFile, listFiles, removeFile } from "./postgres/item-files.ts";
import { listHolders, pruneItems } from "./postgres/item-upkeep.ts";
import { findQueue } from "./postgres/queue-rows.ts";
import { listItemAttempts, listItems, readItemStats, selectItem } from "./postgres/read-items.ts";
import { completeItem, endHolder, failItem, setProgress } from "./postgres/settle-item.ts";
import { findStart, forgetStart, listStarts, planStarts, recordStart, startingQueues } from "./postgres/starts.ts";
import { takeNext } from "./postgres/take-item.ts";
import type { WorkItemStore } from "./work-item-store.ts";

/** Work queues in PostgreSQL. Keeps nothing in the process; the database stays the caller's to close. */
export function createPostgresWorkItemStore(database: Database): WorkItemStore {
  return {
    createQueue: (tenantId, draft) => createQueue(database, tenantId, draft),
    updateQueue: (tenantId, queueId, edit) => updateQueue(database, { tenantId, queueId }, edit),
    findQueue: (tenantId, queue) => findQueue(database, tenantId, queue),
    listQueues: (tenantId, page) => listQueues(database, tenantId, page),
    deleteQueue: (tenantId, queueId, expectedVersion) => deleteQueue(database, { tenantId, queueId }, expectedVersion),
    stats: (tenantId, queueId, since) => readItemStats(database, { tenantId, queueId }, since),

    addItems: (request) => addItems(database, request),
    async getItem(tenantId, queueId, itemId) {
      const item = await selectItem(database, tenantId, itemId);
      return item?.queueId === queueId ? item : undefined;
    },
    listItems: (request) => listItems(database, request),
    attempts: (tenantId, itemId) => listItemAttempts(database, tenantId, itemId),
    updateItem: (edit) => updateItem(database, edit),
    deleteItem: (edit) => deleteItem(database, edit),
    retryItem: (edit) => retryItem(database, edit),
    reviewItem: (edit) => reviewItem(database, edit),

    addFile: (tenantId, itemId, file) => addFile(database, { tenantId, itemId }, file),
    listFiles: (tenantId, itemId) => listFiles(database, tenantId, itemId),
    removeFile: (tenantId, itemId, fileId) => removeFile(database, { tenantId, itemId }, fileId),

    takeNext: (request) => takeNext(database, request),
    setProgress: (lease, progress) => setProgress(database, lease, progress),
    complete: (lease, outputs) => completeItem(database, lease, outputs),
    fail: (lease, exception) => failItem(database, lease, exception),

    endHolder: (tenantId, holder) => endHolder(database, tenantId, holder),
    holders: (after) => listHolders(database, after),
    prune: (limit) => pruneItems(database, limit),

    startingQueues: () => startingQueues(database),
    planStarts: (tenantId, queueId) => planStarts(database, tenantId, queueId),
    recordStart: (start, jobId) => recordStart(database, start, jobId),
    forgetStart: (start) => forgetStart(database, start),
    openStarts: (tenantId, queueId) => listStarts(database, tenantId, queueId),
    startOf: (tenantId, jobId) => findStart(database, tenantId, jobId),
  };
}
