import { z } from "zod";
import { choice, dict, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import type { WorkItemEnd } from "../work-item-access.ts";
import { heldItemId, ITEM_ID_ALIAS } from "./work-item-parameters.ts";

export const setQueueItemStatusNode = defineNode({
  type: "SetQueueItemStatusNode",
  category: "work_items",
  summary: "Ends the work on an item: it succeeded, or failed with an application or a business exception",
  needs: ["workItems"],
  effect: "idempotent",
  config: z.object({
    item_id: heldItemId(),
    status: withDefault(choice(["successful", "failed"]), "successful").describe("How the work on the item ended"),
    outputs: withDefault(dict(), {}).describe("What came out of it; kept with a successful item"),
    exception_type: withDefault(choice(["application", "business"]), "application").describe(
      "application: something did not work, the queue's rules try the item again; business: the item itself is wrong",
    ),
    error_code: textOr("").describe("A short code of the exception, for filters"),
    error_message: textOr("").describe("What went wrong, for the people who look at failed items"),
  }),
  inputs: {
    item_id: "STRING",
    status: "STRING",
    outputs: "DICT",
    exception_type: "STRING",
    error_code: "STRING",
    error_message: "STRING",
  },
  outputs: { item_id: "STRING", status: "STRING", will_retry: "BOOLEAN" },
  portAliases: ITEM_ID_ALIAS,
  configAliases: { itemId: "item_id" },
  async run({ config, workItems, signal, log }) {
    const { itemId, state } = await workItems.settle(config.item_id, endOf(config), signal);
    log(state === "successful" ? "info" : "warning", `work item ${itemId} is ${state}`);
    return { outputs: { item_id: itemId, status: state, will_retry: state === "retried" } };
  },
});

function endOf(config: z.output<(typeof setQueueItemStatusNode)["config"]>): WorkItemEnd {
  if (config.status === "successful") return { kind: "successful", outputs: config.outputs };
  const { exception_type: type, error_code: code, error_message: message } = config;
  const standard = type === "business" ? "BUSINESS_EXCEPTION" : "APPLICATION_EXCEPTION";
  return {
    kind: "failed",
    exception: {
      type,
      code: code.trim() === "" ? standard : code,
      message: message === "" ? "No message was given" : message,
    },
  };
}
