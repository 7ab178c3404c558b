import type { AnyNode } from "../../execution/index.ts";
import { addQueueItemNode } from "./add-queue-item.ts";
import { getNextQueueItemNode } from "./get-next-queue-item.ts";
import { setQueueItemProgressNode } from "./set-queue-item-progress.ts";
import { setQueueItemStatusNode } from "./set-queue-item-status.ts";

export const workItemNodes: readonly AnyNode[] = [
  getNextQueueItemNode,
  setQueueItemStatusNode,
  addQueueItemNode,
  setQueueItemProgressNode,
];
