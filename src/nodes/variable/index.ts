import type { AnyNode } from "../../execution/index.ts";
import { getVariableNode } from "./get-variable.ts";
import { incrementVariableNode } from "./increment-variable.ts";
import { setVariableNode } from "./set-variable.ts";

export const variableNodes: readonly AnyNode[] = [setVariableNode, getVariableNode, incrementVariableNode];
