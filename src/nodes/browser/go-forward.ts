import { historyNode } from "./history-node.ts";

export const goForwardNode = historyNode(
  { type: "GoForwardNode", summary: "Goes forward one step in the page's history", action: "Going forward" },
  (page, options) => page.goForward(options),
);
