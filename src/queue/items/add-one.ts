import type { TenantId } from "../../core/ids.ts";
import { workItemErrors } from "./errors.ts";
import type { WorkItemDraft } from "./work-item.ts";
import type { AddOutcome, WorkItemStore } from "./work-item-store.ts";

/**
 * Adds one item. Rejects with WORK_ITEM_INVALID or WORK_ITEM_REFERENCE_TAKEN, whose path begins with the name that the
 * caller has for the item: `body.data.amount`.
 *
 * @param request.name "": the path begins within the item.
 */
export async function addOneItem(
  store: Pick<WorkItemStore, "addItems">,
  request: {
    readonly tenantId: TenantId;
    readonly queueId: string;
    readonly item: WorkItemDraft;
    readonly name: string;
  },
): Promise<Extract<AddOutcome, { kind: "added" }>> {
  const { tenantId, queueId, item, name } = request;
  const [outcome] = await store.addItems({ tenantId, queueId, items: [item], mode: "each" });
  if (outcome === undefined) throw new TypeError("the store took an item and told nothing of it");
  if (outcome.kind === "added") return outcome;
  const { code, message } = outcome.problem;
  const within = outcome.problem.path.replace(/^items\.0\.?/, "");
  const path = [name, within].filter((part) => part !== "").join(".") || "item";
  if (code === "WORK_ITEM_REFERENCE_TAKEN") throw workItemErrors.WORK_ITEM_REFERENCE_TAKEN({ path });
  throw workItemErrors.WORK_ITEM_INVALID({ path, problem: message });
}
