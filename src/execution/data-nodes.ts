import { createHash } from "node:crypto";
import type { JsonValue } from "../core/json.ts";
import { executeNode } from "./execute-node.ts";
import { ownValue, setOwn } from "./own-values.ts";
import type { PlanNode } from "./plan.ts";
import { resolveInputs } from "./resolve-inputs.ts";
import { NodeFailure, toRunError } from "./run-error.ts";
import type { RunError } from "./run-events.ts";
import { begin, finish, noteFailure, publish, type RunSession } from "./run-session.ts";
import type { Evaluation } from "./run-state.ts";
import { RunStopped } from "./run-stop.ts";
import type { ValueScope } from "./value-scope.ts";

/** Who asks for data, and where. */
export interface Asker {
  /** Loop iterations around it. */
  readonly path: readonly string[];
  /** How a failure will be handled, as the node that asked is the one that fails. */
  readonly handledBy: (error: RunError) => "error-port" | "catch" | "policy" | "none";
}

/**
 * Makes sure that the data nodes a node reads from have outputs, evaluating those whose inputs have changed since.
 *
 * A version of its inputs is: its parameters, the variables it read while it ran, and the loop iteration.
 *
 * @throws NodeFailure of the data node
 */
export async function evaluateSources(session: RunSession, node: PlanNode, asker: Asker): Promise<void> {
  for (const id of node.dataSources) {
    const source = session.plan.nodes.get(id);
    if (source !== undefined) await evaluateData(session, source, asker);
  }
}

async function evaluateData(session: RunSession, node: PlanNode, asker: Asker): Promise<void> {
  await evaluateSources(session, node, asker);
  if (node.disabled) {
    publish(session, node, passThrough(session, node));
    return;
  }
  const { path } = asker;
  const inputs = resolveInputs(node, session.flow, session.scope);
  const version = digest([path, inputs.given]);
  const last = ownValue(session.flow.evaluations, node.id);
  if (last?.inputs === version && stillHolds(session.scope, last)) return;
  const reads = new Set<string>();
  const startedMs = begin(session, node, path);
  try {
    const scope = notingScope(session.scope, reads);
    const result = await executeNode(session, node, { inputs, path, scope, noteRead: (name) => reads.add(name) });
    publish(session, node, result.outputs);
  } catch (error) {
    if (error instanceof RunStopped || session.sink.broken !== undefined) throw error;
    const failure = toRunError(error, node);
    noteFailure(session, node, { error: failure, path, startedMs }, asker.handledBy(failure));
    throw new NodeFailure(failure, { cause: error });
  }
  finish(session, node, { path, startedMs });
  const known = [...reads].map((name) => [name, digestOf(session.scope.value(name))] as const);
  setOwn(session.flow.evaluations, node.id, { inputs: version, reads: Object.fromEntries(known) });
}

function stillHolds(scope: ValueScope, last: Evaluation): boolean {
  return Object.entries(last.reads).every(([name, known]) => digestOf(scope.value(name)) === known);
}

function notingScope(scope: ValueScope, reads: Set<string>): ValueScope {
  return {
    ...scope,
    value(name) {
      reads.add(name);
      return scope.value(name);
    },
    output(node, port) {
      reads.add(node);
      return scope.output(node, port);
    },
  };
}

function digestOf(value: JsonValue | undefined): string {
  return value === undefined ? "" : digest(value);
}

function digest(value: JsonValue): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64");
}

/** What a bypassed node hands on: an input to the output of the same name, also `x_in` to `x_out`. */
export function passThrough(session: RunSession, node: PlanNode): Readonly<Record<string, JsonValue>> {
  const { definition } = node;
  const passed = Object.keys(definition.outputs).flatMap((port) => {
    const names = [port, port.replace(/_out$/, "_in")];
    const input = names.find((name) => node.inputs.has(name) || node.config.has(name));
    const value = input === undefined ? undefined : bypassed(session, node, input);
    return value === undefined ? [] : [[port, value] as const];
  });
  return Object.fromEntries(passed);
}

function bypassed(session: RunSession, node: PlanNode, input: string): JsonValue | undefined {
  const source = node.inputs.get(input);
  const published = source === undefined ? undefined : ownValue(session.flow.outputs, source.node)?.[source.port];
  if (published !== undefined) return published;
  const own = node.config.get(input);
  if (own?.kind !== "template") return own?.kind === "static" ? own.value : undefined;
  try {
    return own.template.resolve(session.scope);
  } catch {
    // A node that does not run cannot fail; what it would have read is just not there.
    return undefined;
  }
}
