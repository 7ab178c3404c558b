import { z } from "zod";
import { hasCode } from "../../core/errors.ts";
import { choice, dict, integer, maybe, text, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import type { NewWorkItem } from "../work-item-access.ts";
import { ITEM_ID_ALIAS, instantOrNone, queueName } from "./work-item-parameters.ts";

export const addQueueItemNode = defineNode({
  type: "AddQueueItemNode",
  category: "work_items",
  summary: "Adds an item to a work queue",
  needs: ["workItems"],
  effect: "once",
  config: z.object({
    queue_name: queueName(),
    data: withDefault(dict(), {}).describe("What the work is about"),
    reference: maybe(text()).describe("The item's name in the outside world; some queues want it to be unique"),
    priority: maybe(integer({ min: 0, max: 100 })).describe("0 to 100, larger is more urgent; default the queue's"),
    deadline: instantOrNone().describe("When it should have ended, such as 2026-01-31T12:00:00Z"),
    postpone_until: instantOrNone().describe("Not before this instant, such as 2026-01-31T12:00:00Z"),
    on_duplicate: withDefault(choice(["fail", "skip"]), "fail").describe(
      "What to do when the queue wants unique references and has this one: fail, or go on with added = false",
    ),
  }),
  inputs: {
    queue_name: "STRING",
    data: "DICT",
    reference: "STRING",
    priority: "INTEGER",
    deadline: "STRING",
    postpone_until: "STRING",
  },
  outputs: { item_id: "STRING", added: "BOOLEAN" },
  portAliases: ITEM_ID_ALIAS,
  async run({ config, workItems, signal }) {
    const { queue_name: queue, data, reference, priority, deadline, postpone_until: postponeUntil } = config;
    const item: NewWorkItem = {
      data,
      ...(reference !== undefined && { reference }),
      ...(priority !== undefined && { priority }),
      ...(deadline !== undefined && { deadline }),
      ...(postponeUntil !== undefined && { postponeUntil }),
    };
    try {
      return { outputs: { item_id: await workItems.add(queue, item, signal), added: true } };
    } catch (error) {
      if (config.on_duplicate !== "skip" || !hasCode(error, "WORK_ITEM_REFERENCE_TAKEN")) throw error;
      return { outputs: { item_id: "", added: false } };
    }
  },
});
