import type { AnyNode } from "../../execution/index.ts";
import { commentNode } from "./comment.ts";
import { endNode } from "./end.ts";
import { startNode } from "./start.ts";

export const basicNodes: readonly AnyNode[] = [startNode, endNode, commentNode];
