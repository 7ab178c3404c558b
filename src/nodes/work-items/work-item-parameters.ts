import { z } from "zod";
import { maybe, text } from "../../execution/index.ts";
import { requiredText } from "../required.ts";

/** The work queue that a node is about. */
export function queueName() {
  return requiredText().describe("Name (or id) of the work queue");
}

/** The item that a node is about. */
export function heldItemId() {
  return maybe(text()).describe("Id of the item; default the one that was taken last");
}

/** An instant as ISO 8601 text with its offset, or nothing. */
export function instantOrNone() {
  return maybe(z.iso.datetime({ offset: true, error: "must be an ISO 8601 date and time with offset" }));
}

/** What old hands call the ports. */
export const ITEM_ID_ALIAS = { itemId: "item_id" } as const;
