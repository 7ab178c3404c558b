import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { heldItemId, ITEM_ID_ALIAS } from "./work-item-parameters.ts";

export const setQueueItemProgressNode = defineNode({
  type: "SetQueueItemProgressNode",
  category: "work_items",
  summary: "Notes what the work on an item is at, for people and for the next attempt",
  needs: ["workItems"],
  effect: "idempotent",
  config: z.object({
    progress: requiredText().describe("What it is at; at most 500 characters are kept"),
    item_id: heldItemId(),
  }),
  inputs: { progress: "STRING", item_id: "STRING" },
  outputs: { success: "BOOLEAN" },
  portAliases: ITEM_ID_ALIAS,
  configAliases: { itemId: "item_id" },
  async run({ config, workItems, signal }) {
    await workItems.progress(config.item_id, config.progress, signal);
    return { outputs: { success: true } };
  },
});
