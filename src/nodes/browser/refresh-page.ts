import { historyNode } from "./history-node.ts";

export const refreshPageNode = historyNode(
  { type: "RefreshPageNode", summary: "Loads the page again", action: "Reloading" },
  (page, options) => page.reload(options),
);
