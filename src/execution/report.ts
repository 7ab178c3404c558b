import { type JsonValue, jsonSizeBytes } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";
import type { Plan } from "./plan.ts";
import type { RunError, RunStatus } from "./run-events.ts";
import type { RunReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";
import { unreachedNodes } from "./unreached.ts";

const HIDDEN = "[secret]";

/** Makes the report of a run from what its state holds. */
export function reportOf(
  plan: Plan,
  state: RunState,
  result: {
    readonly status: RunStatus;
    readonly error?: RunError | undefined;
    readonly masker: Masker;
    readonly outputLimitBytes: number;
  },
): RunReport {
  const { status, error, masker, outputLimitBytes } = result;
  const at = status === "completed" ? undefined : (error?.node ?? state.reached.at(-1));
  const report: RunReport = {
    status,
    reached: state.reached,
    unreached: unreachedNodes(plan, state, { status, at }),
    nodes: state.counts,
    variables: masker.values(fit(valuesOf(plan, state), outputLimitBytes)),
    ...(error === undefined ? {} : { error }),
    toleratedErrors: state.toleratedErrors,
    durationMs: state.elapsedMs,
  };
  return masker.data(report);
}

/** Outputs under the ids of their nodes, and over them the variables; sensitive ones hidden whatever their value is. */
function valuesOf(plan: Plan, state: RunState): Readonly<Record<string, JsonValue>> {
  const outputs = Object.entries(state.flow.outputs).filter(([, ports]) => Object.keys(ports).length > 0);
  const variables = Object.entries(state.flow.variables).map(([name, value]): [string, JsonValue] => {
    const isHidden = plan.variables.get(name)?.sensitive === true && value !== null;
    return [name, isHidden ? HIDDEN : value];
  });
  return Object.fromEntries([...outputs, ...variables]);
}

/** Leaves out the largest values until the rest fits; what was left out says so. */
export function fit(
  values: Readonly<Record<string, JsonValue>>,
  limitBytes: number,
): Readonly<Record<string, JsonValue>> {
  const sizes = Object.entries(values).map(([name, value]) => ({ name, sizeBytes: jsonSizeBytes(value) }));
  let totalBytes = sizes.reduce((sum, { name, sizeBytes }) => sum + sizeBytes + jsonSizeBytes(name) + 2, 2);
  const omitted = new Map<string, string>();
  for (const { name, sizeBytes } of sizes.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    const note = `[left out: ${sizeBytes} bytes]`;
    if (totalBytes <= limitBytes || sizeBytes <= jsonSizeBytes(note)) break;
    omitted.set(name, note);
    totalBytes -= sizeBytes - jsonSizeBytes(note);
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, omitted.get(name) ?? value]));
}
