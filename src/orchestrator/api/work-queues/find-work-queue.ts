import type { TenantId } from "../../../core/ids.ts";
import { type WorkItem, type WorkQueue, workItemErrors } from "../../../queue/items/index.ts";
import type { Services } from "../../services.ts";

/** The queue of that id or name; rejects with WORK_QUEUE_NOT_FOUND when the tenant has none. */
export async function findWorkQueue(
  { desk }: Pick<Services, "desk">,
  tenantId: TenantId,
  queue: string,
): Promise<WorkQueue> {
  const found = await desk.store.findQueue(tenantId, queue);
  if (found === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue });
  return found;
}

/** The item of that queue; rejects with WORK_QUEUE_NOT_FOUND or WORK_ITEM_NOT_FOUND. */
export async function findWorkItem(
  services: Pick<Services, "desk">,
  tenantId: TenantId,
  { queue, itemId }: { readonly queue: string; readonly itemId: string },
): Promise<WorkItem> {
  const { id: queueId } = await findWorkQueue(services, tenantId, queue);
  const item = await services.desk.store.getItem(tenantId, queueId, itemId);
  if (item === undefined) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
  return item;
}
