import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { ITEM_ID_ALIAS, queueName } from "./work-item-parameters.ts";

export const getNextQueueItemNode = defineNode({
  type: "GetNextQueueItemNode",
  category: "work_items",
  summary: "Takes the most urgent due item of a work queue; leaves by empty when there is none",
  needs: ["workItems"],
  effect: "once",
  config: z.object({ queue_name: queueName() }),
  inputs: { queue_name: "STRING" },
  outputs: {
    item: "DICT",
    data: "DICT",
    reference: "STRING",
    item_id: "STRING",
    attempt: "INTEGER",
    has_item: "BOOLEAN",
  },
  execOutputs: ["exec_out", "empty"],
  portAliases: ITEM_ID_ALIAS,
  async run({ config, workItems, signal, log }) {
    const item = await workItems.take(config.queue_name, signal);
    if (item === undefined) {
      const nothing = { item: {}, data: {}, reference: "", item_id: "", attempt: 0, has_item: false };
      return { outputs: nothing, route: "empty" };
    }
    const { id, reference = "", data, attempt, priority, deadline, createdAt } = item;
    log("info", `work item ${reference === "" ? id : reference} taken, attempt ${attempt}`);
    const facts = {
      id,
      reference,
      data,
      attempt,
      priority,
      created_at: createdAt,
      ...(deadline !== undefined && { deadline }),
    };
    return {
      outputs: { item: facts, data, reference, item_id: id, attempt, has_item: true },
      route: "exec_out",
    };
  },
});
