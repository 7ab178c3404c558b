import type { JsonValue } from "../core/json.ts";
import { compileWorkflow } from "./compile-workflow.ts";
import type { WorkflowIssue } from "./issue.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import type { Plan } from "./plan.ts";
import type { RunEvent } from "./run-events.ts";
import type { RunOptions } from "./run-options.ts";
import { runPlan } from "./run-plan.ts";
import type { RunReport } from "./run-report.ts";
import { testRegistry } from "./testing-nodes.suite.ts";

/** A workflow in short: nodes by id, `flow: ["a > b > c", "if.true > d"]`, `data: ["a.result > b.value"]`. */
export interface ShortFile {
  readonly nodes: Readonly<Record<string, readonly [type: string, config?: Readonly<Record<string, JsonValue>>]>>;
  readonly flow?: readonly string[];
  readonly data?: readonly string[];
  readonly variables?: Readonly<Record<string, JsonValue>>;
  readonly settings?: Readonly<Record<string, JsonValue>>;
}

/** The file in canonical shape. */
export function workflowJson(short: ShortFile): { [key: string]: JsonValue } {
  const chains = (short.flow ?? []).map((chain) => chain.split(">"));
  return {
    metadata: { name: "test" },
    nodes: Object.fromEntries(
      Object.entries(short.nodes).map(([id, [type, config]]) => [
        id,
        { node_id: id, node_type: type, config: config ?? {} },
      ]),
    ),
    connections: [
      ...chains.flatMap((steps) => steps.slice(1).map((step, i) => connect(steps[i] ?? "", endsOf(step)[0], true))),
      ...(short.data ?? []).map((line) => connect(line.split(">")[0] ?? "", line.split(">")[1] ?? "", false)),
    ],
    variables: { ...short.variables },
    settings: { ...short.settings },
  };
}

/** Parses and compiles; the issues of both. */
export function compileShort(short: ShortFile): { plan: Plan | undefined; issues: readonly WorkflowIssue[] } {
  const parsed = parseWorkflow(workflowJson(short));
  if (parsed.file === undefined) return { plan: undefined, issues: parsed.issues };
  const { plan, issues } = compileWorkflow(parsed.file, testRegistry);
  return { plan, issues: [...parsed.issues, ...issues] };
}

/** A plan that must compile. */
export function planOf(short: ShortFile): Plan {
  const { plan, issues } = compileShort(short);
  if (plan === undefined) throw new Error(JSON.stringify(issues.filter((issue) => issue.severity === "error")));
  return plan;
}

/** Runs a workflow that must compile, and gathers its events. */
export async function runShort(
  short: ShortFile,
  options: RunOptions = {},
): Promise<RunReport & { readonly events: readonly RunEvent[] }> {
  const events: RunEvent[] = [];
  const report = await runPlan(planOf(short), {
    ...options,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { ...report, events };
}

function endsOf(end: string): [string, string | undefined] {
  const [node = "", port] = end.trim().split(".");
  return [node, port];
}

function connect(from: string, to: string, isFlow: boolean): JsonValue {
  const [source, sourcePort] = endsOf(from);
  const [target, targetPort] = endsOf(to);
  return {
    source_node: source,
    source_port: sourcePort ?? (isFlow ? "exec_out" : "value"),
    target_node: target,
    target_port: isFlow ? "exec_in" : (targetPort ?? "value"),
  };
}
