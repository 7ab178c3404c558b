import type { AnyNode } from "../execution/index.ts";
import { basicNodes } from "./basic/index.ts";
import { browserNodes } from "./browser/index.ts";
import { controlFlowNodes } from "./control-flow/index.ts";
import { dataNodes } from "./data/index.ts";
import { errorHandlingNodes } from "./error-handling/index.ts";
import { fileNodes } from "./file/index.ts";
import { httpNodes } from "./http/index.ts";
import { textNodes } from "./text/index.ts";
import { utilityNodes } from "./utility/index.ts";
import { variableNodes } from "./variable/index.ts";
import { workItemNodes } from "./work-items/index.ts";

/** Every node this release runs; give it to `createRegistry` together with `typeAliases`. */
export const allNodes: readonly AnyNode[] = [
  ...basicNodes,
  ...variableNodes,
  ...controlFlowNodes,
  ...errorHandlingNodes,
  ...dataNodes,
  ...textNodes,
  ...utilityNodes,
  ...fileNodes,
  ...httpNodes,
  ...browserNodes,
  ...workItemNodes,
];
