import { historyNode } from "./history-node.ts";

export const goBackNode = historyNode(
  { type: "GoBackNode", summary: "Goes back one step in the page's history", action: "Going back" },
  (page, options) => page.goBack(options),
);
