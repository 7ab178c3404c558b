/** The workflow engine: parse → compile → run. Start at README.md. */
export type {
  AnyNode,
  ConfigSchema,
  LogLevel,
  NodeContext,
  NodeDefinition,
  NodeEffect,
  NodeResult,
  NodeStructure,
  PortType,
  VariableScope,
} from "./node-definition.ts";
export { nodeDefiner } from "./node-definition.ts";
export {
  anything,
  choice,
  decimal,
  dict,
  flag,
  integer,
  list,
  maybe,
  text,
  textOr,
  withDefault,
} from "./parameters.ts";
