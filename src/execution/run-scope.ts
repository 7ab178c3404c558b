import type { AnyNode } from "./node-definition.ts";
import { ownValue } from "./own-values.ts";
import type { Plan } from "./plan.ts";
import type { FlowState } from "./run-state.ts";
import type { ValueScope } from "./value-scope.ts";

/** What expressions and templates of a run see: its variables, and the outputs of nodes that ran. Reads the state as it is then. */
export function createRunScope(
  plan: Plan,
  state: Pick<FlowState, "variables" | "outputs">,
  { now, random }: Pick<ValueScope, "now" | "random">,
): ValueScope {
  return {
    now,
    random,
    value(name) {
      const variable = ownValue(state.variables, name);
      return variable === undefined ? ownValue(state.outputs, name) : variable;
    },
    output(node, port) {
      const outputs = ownValue(state.outputs, node);
      const definition = plan.nodes.get(node)?.definition;
      if (outputs === undefined || definition === undefined) return undefined;
      const meant = meantPort(definition, port);
      for (const name of [port, meant]) if (Object.hasOwn(outputs, name)) return outputs[name];
      return Object.hasOwn(definition.outputs, meant) ? null : undefined;
    },
    names: () => [...Object.keys(state.variables), ...plan.nodes.keys()],
    explain(name, member) {
      const definition = plan.nodes.get(name)?.definition;
      if (definition === undefined || Object.hasOwn(state.variables, name)) return undefined;
      if (!Object.hasOwn(state.outputs, name)) return `the node ${name} has not run yet`;
      if (member === undefined) return undefined;
      const ports = Object.keys(definition.outputs);
      return `${definition.type} has no such output; it has ${ports.length === 0 ? "none" : ports.join(", ")}`;
    },
  };
}

/** The output that an old name means; a name that exists means itself. */
function meantPort(definition: AnyNode, port: string): string {
  if (Object.hasOwn(definition.outputs, port)) return port;
  return ownValue(definition.portAliases ?? {}, port) ?? port;
}
