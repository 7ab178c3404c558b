import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileWorkflow } from "./compile-workflow.ts";
import { type AnyNode, type NodeContext, nodeDefiner } from "./node-definition.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { createRegistry } from "./registry.ts";
import type { RunEvent } from "./run-events.ts";
import type { RunOptions } from "./run-options.ts";
import { runPlan } from "./run-plan.ts";
import type { RunReport } from "./run-report.ts";
import { codeOf } from "./testing-scope.suite.ts";

type Context = NodeContext<object, z.ZodObject, never>;

/** Runs one node that does what the test wants with its context. */
async function runOne(
  work: (context: Context) => unknown,
  options: RunOptions & { readonly config?: object; readonly variables?: Record<string, never> } = {},
): Promise<{ readonly report: RunReport; readonly events: readonly RunEvent[] }> {
  const node: AnyNode = nodeDefiner<object>()({
    type: "WorkNode",
    category: "test",
    summary: "Works",
    needs: [],
    effect: "once",
    timeoutMs: 50,
    config: z.object({ known: z.unknown() }),
    outputs: { value: "ANY" },
    inputs: { "*": "ANY" },
    run: async (context) => ({ outputs: { value: (await work(context as Context)) as never } }),
  });
  const { file } = parseWorkflow({
    nodes: { w: { node_type: "WorkNode", config: options.config ?? {} } },
    variables: { fixed: { type: "Any", default_value: 1, readonly: true }, soft: 1 },
  });
  const plan = file && compileWorkflow(file, createRegistry([node])).plan;
  if (plan === undefined) throw new Error("no plan");
  const events: RunEvent[] = [];
  const report = await runPlan(plan, { ...options, onEvent: (event) => void events.push(event) });
  return { report, events };
}

describe("a running node", () => {
  test("sees its id, what the schema knows and what it does not, its limit and the time", async () => {
    const { report } = await runOne(
      ({ nodeId, config, extra, timeoutMs, now, random }) => ({
        nodeId,
        config,
        extra,
        timeoutMs,
        at: now(),
        dice: random(),
      }),
      {
        config: { known: 1, other: "{{soft}}", retry_count: 0, _hidden: true },
        random: () => 0.25,
        clock: { now: () => new Date("2026-01-01T00:00:00Z"), monotonicMs: () => 0 },
      },
    );

    expect(report.variables["w"]).toEqual({
      value: {
        nodeId: "w",
        config: { known: 1 },
        extra: { other: 1 },
        timeoutMs: 50,
        at: "2026-01-01T00:00:00.000Z",
        dice: 0.25,
      },
    });
  });

  test("reads, sets and deletes variables, except readonly ones", async () => {
    const { report } = await runOne(({ variables }) => {
      variables.set("made", [1]);
      const seen = [
        variables.get("soft"),
        variables.has("soft"),
        variables.has("gone"),
        variables.get("toString") ?? null,
      ];
      variables.delete("soft");
      const codes = [codeOf(() => variables.set("fixed", 2)), codeOf(() => variables.delete("fixed"))];
      return { seen, codes };
    });

    expect(report.variables).toEqual({
      fixed: 1,
      made: [1],
      w: {
        value: { seen: [1, true, false, null], codes: ["WORKFLOW_VARIABLE_READONLY", "WORKFLOW_VARIABLE_READONLY"] },
      },
    });
  });

  test("evaluates expressions over variables, with names of its own in front", async () => {
    const { report } = await runOne(({ evaluate }) => [
      evaluate("soft + 1"),
      evaluate("soft + item", { soft: 10, item: 1 }),
      codeOf(() => evaluate("sof")),
      codeOf(() => evaluate("1 +")),
      ...Array.from({ length: 600 }, (_, i) => evaluate(`${i}`)).slice(-1),
    ]);

    expect(report.variables["w"]).toEqual({ value: [2, 11, "WORKFLOW_REFERENCE_UNKNOWN", "EXPRESSION_SYNTAX", 599] });
  });

  test("cannot act on the run any more when it was given up", async () => {
    let late: Context | undefined;
    const { report, events } = await runOne((context) => {
      late = context;
      return new Promise(() => undefined);
    });

    expect(report.error?.code).toBe("WORKFLOW_NODE_TIMED_OUT");
    expect(codeOf(() => late?.variables.set("x", 1))).toBe("WORKFLOW_NODE_OVER");
    expect(codeOf(() => late?.variables.delete("soft"))).toBe("WORKFLOW_NODE_OVER");
    expect(codeOf(() => late?.addArtifact("x"))).toBe("WORKFLOW_NODE_OVER");
    const before = events.length;
    late?.log("info", "still here");
    expect(events).toHaveLength(before);
  });

  test("fails when it logs what is no data, and adds artifacts of unknown type as bytes", async () => {
    const bad = await runOne(({ log }) => log("info", "x", (() => 1) as never));
    const good = await runOne(({ addArtifact }) => addArtifact("a/b.bin"));

    expect(bad.report.error?.code).toBe("WORKFLOW_OUTPUT_INVALID");
    expect(good.events).toContainEqual(
      expect.objectContaining({ type: "artifact", name: "b.bin", contentType: "application/octet-stream" }),
    );
  });

  test("is told by its signal when the run is cancelled", async () => {
    const controller = new AbortController();
    let reason: unknown;
    const { report } = await runOne(
      ({ signal }) => {
        signal.addEventListener("abort", () => {
          ({ reason } = signal);
        });
        controller.abort("enough");
        return new Promise(() => undefined);
      },
      { signal: controller.signal },
    );

    expect(report.status).toBe("cancelled");
    expect(reason).toBe("enough");
  });
});
