import { pause, raceAbort, startDeadline } from "../core/deadline.ts";
import { label } from "./draft.ts";
import { executionErrors } from "./errors.ts";
import { openContext } from "./node-context.ts";
import type { NodeResult } from "./node-definition.ts";
import type { PlanNode } from "./plan.ts";
import type { Inputs } from "./resolve-inputs.ts";
import { NodeFailure, toRunError } from "./run-error.ts";
import { noteFailure, type RunSession } from "./run-session.ts";
import { assertRunning } from "./run-stop.ts";
import type { ValueScope } from "./value-scope.ts";
import { coerceToType } from "./variable-types.ts";

/** The longest time a timer of Node can keep. */
const LONGEST_MS = 2_147_483_647;
const DEFAULT_RETRY_INTERVAL_MS = 1_000;
const MOST_RETRIES = 1_000;

/** What a run of a node works with, besides the session. */
export interface Execution {
  readonly inputs: Inputs;
  readonly path: readonly string[];
  readonly scope: ValueScope;
  readonly noteRead: (name: string) => void;
}

/**
 * Runs a node, again after failures as often as it or the file says.
 *
 * @throws NodeFailure when the last try failed; RunStopped when the run is over.
 */
export async function executeNode(session: RunSession, node: PlanNode, execution: Execution): Promise<NodeResult> {
  const { given } = execution.inputs;
  const isOwn = node.definition.retriesItself === true && given["retry_count"] !== undefined;
  const retries = isOwn ? 0 : wholeNumber(given["retry_count"], session.plan.settings.retryCount);
  const intervalMs = wholeNumber(given["retry_interval"], DEFAULT_RETRY_INTERVAL_MS);
  for (let attempt = 0; ; attempt++) {
    const startedMs = session.clock.monotonicMs();
    try {
      return await runOnce(session, node, execution);
    } catch (error) {
      assertRunning(session);
      const failure = toRunError(error, node);
      if (attempt >= Math.min(retries, MOST_RETRIES)) throw new NodeFailure(failure, { cause: error });
      noteFailure(session, node, { error: failure, path: execution.path, startedMs }, "retry");
      await pause(intervalMs, session.signal);
      assertRunning(session);
    }
  }
}

async function runOnce(session: RunSession, node: PlanNode, execution: Execution): Promise<NodeResult> {
  const timeoutMs = Math.min(node.definition.timeoutMs ?? session.plan.settings.nodeTimeoutMs, LONGEST_MS);
  const deadline = startDeadline(label(node), timeoutMs, session.signal);
  const { inputs, scope, noteRead } = execution;
  const { context, close } = openContext(session, node, {
    inputs,
    scope,
    noteRead,
    signal: deadline.signal,
    timeoutMs,
  });
  const work = async (): Promise<NodeResult> => {
    const capabilities = await askFor(session, node.definition.needs);
    const definition = node.definition as { run(given: object): Promise<NodeResult> | NodeResult };
    return await definition.run({ ...capabilities, ...context });
  };
  try {
    return await raceAbort(work(), deadline.signal, label(node));
  } catch (error) {
    if (!deadline.signal.aborted || session.signal.aborted) throw error;
    throw executionErrors.WORKFLOW_NODE_TIMED_OUT({ node: node.id, type: node.definition.type, timeoutMs });
  } finally {
    close();
    deadline.clear();
  }
}

async function askFor(session: RunSession, needs: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const capabilities: [string, unknown][] = [];
  for (const capability of needs) {
    const offered = await session.capabilities?.get(capability);
    if (offered === undefined) throw executionErrors.WORKFLOW_CAPABILITY_MISSING({ capability });
    capabilities.push([capability, offered]);
  }
  return Object.fromEntries(capabilities);
}

/** A setting of the node if it is a number ≥ 0, also as text, else the standard. */
function wholeNumber(given: Inputs["given"][string] | undefined, standard: number): number {
  if (given === undefined || given === null || given === "") return standard;
  const coerced = coerceToType(given, "Float");
  const value = coerced.kind === "value" ? Number(coerced.value) : standard;
  return value >= 0 ? Math.min(Math.trunc(value), LONGEST_MS) : standard;
}
