import type { AnyNode } from "../../execution/index.ts";
import { breakNode } from "./break.ts";
import { catchNode } from "./catch.ts";
import { continueNode } from "./continue.ts";
import { finallyNode } from "./finally.ts";
import { forLoopEndNode } from "./for-loop-end.ts";
import { forLoopStartNode } from "./for-loop-start.ts";
import { ifNode } from "./if.ts";
import { mergeNode } from "./merge.ts";
import { switchNode } from "./switch.ts";
import { tryNode } from "./try.ts";
import { waitNode } from "./wait.ts";
import { whileLoopEndNode } from "./while-loop-end.ts";
import { whileLoopStartNode } from "./while-loop-start.ts";

export const controlFlowNodes: readonly AnyNode[] = [
  ifNode,
  switchNode,
  mergeNode,
  forLoopStartNode,
  forLoopEndNode,
  whileLoopStartNode,
  whileLoopEndNode,
  breakNode,
  continueNode,
  tryNode,
  catchNode,
  finallyNode,
  waitNode,
];
