import type { AnyNode } from "../../execution/index.ts";
import { assertNode } from "./assert.ts";
import { logErrorNode } from "./log-error.ts";
import { throwErrorNode } from "./throw-error.ts";

export const errorHandlingNodes: readonly AnyNode[] = [throwErrorNode, assertNode, logErrorNode];
