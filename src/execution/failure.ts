import { targetsOf } from "./draft.ts";
import { executionErrors } from "./errors.ts";
import { asText } from "./expression-values.ts";
import type { Plan, PlanNode } from "./plan.ts";
import type { RunError } from "./run-events.ts";
import type { RunSession } from "./run-session.ts";
import { type Handlers, isCaught, takesError } from "./unwinding.ts";

/** What a failure of a node leads to. */
export type FailureHandling = "error-port" | "catch" | "policy" | "none";

/** Error port if it is connected, else an open try that takes the error, else what the file says about errors. */
export function handlingOf(session: RunSession, node: PlanNode, error: RunError): FailureHandling {
  const { errorOutput } = node.definition;
  if (errorOutput !== undefined && targetsOf(node, errorOutput).length > 0) return "error-port";
  if (isCaught(session.flow.frames, error, handlersOf(session))) return "catch";
  return session.plan.settings.stopOnError ? "none" : "policy";
}

/** Where the flow goes on after a failure that is tolerated; undefined when the node has no output that would be right. */
export function toleratedOutput(node: PlanNode): string | undefined {
  const { structure, execOutputs, errorOutput } = node.definition;
  if (structure === "for" || structure === "while") return "completed";
  if (execOutputs.includes("exec_out")) return "exec_out";
  const others = node.flowOutputs.filter((port) => port !== errorOutput);
  // Of several branches none is right: taking one would claim a result that there is not.
  return others.length === 1 ? others[0] : undefined;
}

/** The handlers of the tries of a plan; `error_types` may hold references. */
export function handlersOf(session: RunSession): Handlers {
  const { plan } = session;
  return {
    catchFor: (tryNode, error) =>
      plan.nodes.get(tryNode)?.pairs.catches?.find((id) => {
        const handler = plan.nodes.get(id);
        return handler !== undefined && !handler.disabled && takesError(errorTypesOf(session, handler), error.code);
      }),
    finallyOf: (tryNode) => enabledFinally(plan, tryNode),
  };
}

function enabledFinally(plan: Plan, tryNode: string): string | undefined {
  const id = plan.nodes.get(tryNode)?.pairs.finally;
  return id === undefined || plan.nodes.get(id)?.disabled ? undefined : id;
}

function errorTypesOf(session: RunSession, handler: PlanNode): string {
  const value = handler.config.get("error_types");
  if (value?.kind === "static") return typeof value.value === "string" ? value.value : "";
  if (value?.kind !== "template") return "";
  try {
    return asText(value.template.resolve(session.scope));
  } catch {
    // What it names is not there, so it names no error.
    return "?";
  }
}

/** The loop that a break or continue asks for is not open. */
export function loopMissing(node: PlanNode): Error {
  return executionErrors.WORKFLOW_LOOP_MISSING({ node: node.id, loop: node.pairs.start });
}

/** Outputs of a node that failed, for its error port. */
export function errorOutputs(error: RunError): Readonly<Record<string, string>> {
  return { error: error.message, error_message: error.message, error_code: error.code };
}
