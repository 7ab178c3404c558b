import { evaluateSources, passThrough } from "./data-nodes.ts";
import { targetsOf } from "./draft.ts";
import { executionErrors } from "./errors.ts";
import { executeNode } from "./execute-node.ts";
import { handlingOf, loopMissing } from "./failure.ts";
import { enterFinally, goOn, leaveBlocks, nodeOf, take } from "./flow-control.ts";
import { isOpen, openLoop, pathOf } from "./frames.ts";
import type { NodeResult } from "./node-definition.ts";
import { ownValue } from "./own-values.ts";
import type { PlanNode } from "./plan.ts";
import { resolveInputs } from "./resolve-inputs.ts";
import { begin, finish, publish, type RunSession } from "./run-session.ts";
import { bodyOf, failUnlessOver, startFor, startTry, startWhile } from "./scopes.ts";

/**
 * Runs the node that the flow has reached, and decides where the flow goes on.
 *
 * @throws RunFailed, RunStopped
 */
export async function runStep(session: RunSession, id: string): Promise<void> {
  const node = nodeOf(session, id);
  if (node.role === "comment") return passComment(session, node);
  if (node.disabled) return bypass(session, node);
  switch (node.definition.structure) {
    case "step":
    case "start":
    case "end":
      return runNode(session, node);
    case "for":
      return startFor(session, node);
    case "while":
      return startWhile(session, node);
    case "try":
      return startTry(session, node);
    case "for-end":
    case "while-end":
      return passEnd(session, node);
    case "break":
    case "continue":
      return jump(session, node, node.definition.structure);
    case "catch":
      // The flow itself never runs a handler: the try does, when something failed. Here its body ends.
      return;
    case "finally":
      return passFinally(session, node);
  }
}

function passComment(session: RunSession, node: PlanNode): void {
  for (const port of node.flow.keys()) take(session, node, port);
}

/** A disabled node hands its inputs on and lets the flow pass; of a loop nothing runs, of a try only the body. */
function bypass(session: RunSession, node: PlanNode): void {
  publish(session, node, passThrough(session, node));
  const { structure, execOutputs } = node.definition;
  if (structure === "for" || structure === "while") return goOn(session, node, "completed");
  if (structure === "catch") return;
  const port = structure === "try" ? bodyOf(node) : execOutputs[0];
  if (port !== undefined) take(session, node, port);
}

async function runNode(session: RunSession, node: PlanNode): Promise<void> {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, node, path);
  try {
    await evaluateSources(session, node, { path, handledBy: (error) => handlingOf(session, node, error) });
    const inputs = resolveInputs(node, session.flow, session.scope);
    const result = await executeNode(session, node, { inputs, path, scope: session.scope, noteRead: () => undefined });
    const route = routeOf(node, result.route);
    publish(session, node, result.outputs);
    finish(session, node, { path, startedMs, route });
    if (route !== undefined) take(session, node, route);
  } catch (error) {
    failUnlessOver(session, node, { thrown: error, path, startedMs });
  }
}

/**
 * The flow output to take; undefined for a node that ends a path. Of several names for the same one, the first that is
 * connected.
 *
 * @throws WORKFLOW_ROUTE_UNKNOWN
 */
function routeOf(node: PlanNode, route: NodeResult["route"]): string | undefined {
  const { definition, flowOutputs } = node;
  const named = route ?? definition.execOutputs[0];
  if (named === undefined) return undefined;
  const aliases = definition.portAliases ?? {};
  const names = (typeof named === "string" ? [named] : named).map((name) =>
    flowOutputs.includes(name) ? name : (ownValue(aliases, name) ?? name),
  );
  const taken = names.find((name) => targetsOf(node, name).length > 0) ?? names[0];
  // Outputs that depend on the config may depend on references in it: their names are known only now.
  if (taken !== undefined && (flowOutputs.includes(taken) || definition.dynamicExecOutputs !== undefined)) return taken;
  throw executionErrors.WORKFLOW_ROUTE_UNKNOWN({ node: node.id, type: definition.type, route: String(taken) });
}

/** Where a loop's body ends: the path ends too, and the loop goes on when no other path of the body is left. */
function passEnd(session: RunSession, node: PlanNode): void {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, node, path);
  publish(session, node, {});
  const isInside = isOpen(session.flow.frames, node.pairs.start);
  finish(session, node, { path, startedMs, route: isInside ? undefined : "exec_out" });
  if (!isInside) take(session, node, "exec_out");
}

function jump(session: RunSession, node: PlanNode, kind: "break" | "continue"): void {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, node, path);
  const loop = openLoop(session.flow.frames, node.pairs.start);
  if (loop === undefined) {
    failUnlessOver(session, node, { thrown: loopMissing(node), path, startedMs });
    return;
  }
  publish(session, node, {});
  finish(session, node, { path, startedMs });
  leaveBlocks(session, { kind, loop });
}

/** Inside of its try the flow ends here, and the try takes over; anywhere else it is just a step. */
function passFinally(session: RunSession, node: PlanNode): void {
  if (!isOpen(session.flow.frames, node.pairs.try)) enterFinally(session, node);
}
