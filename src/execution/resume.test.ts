import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { runPlan } from "./run-plan.ts";
import type { RunState } from "./run-state.ts";
import { planOf } from "./testing.suite.ts";
import { anyProgram, interpret, workflowOf } from "./testing-programs.suite.ts";

describe("running a graph", () => {
  prop.prop([anyProgram], { numRuns: 60 })(
    "does what the program it was made of says",
    async (program) => {
      const expected = interpret(program);

      const report = await runPlan(planOf(workflowOf(program)));

      expect({ log: report.variables["log"], n: report.variables["n"], status: report.status }).toEqual({
        log: expected.log,
        n: expected.n,
        status: expected.failed ? "failed" : "completed",
      });
    },
    60_000,
  );
});

describe("resuming", () => {
  prop.prop([anyProgram], { numRuns: 20 })(
    "from any checkpoint ends as the run that was never interrupted",
    async (program) => {
      const plan = planOf(workflowOf(program));
      const checkpoints: string[] = [];
      const whole = await runPlan(plan, { onCheckpoint: (state) => void checkpoints.push(JSON.stringify(state)) });

      for (const checkpoint of checkpoints.filter((_, index) => index % Math.ceil(checkpoints.length / 15) === 0)) {
        const resumed = await runPlan(plan, { resumeFrom: JSON.parse(checkpoint) as RunState });

        expect(resumed.status).toBe(whole.status);
        expect(resumed.variables).toEqual(whole.variables);
        expect(resumed.reached).toEqual(whole.reached);
        expect(resumed.unreached).toEqual(whole.unreached);
        expect(runsOf(resumed.nodes)).toEqual(runsOf(whole.nodes));
        expect(resumed.error?.node).toBe(whole.error?.node);
      }
    },
    60_000,
  );

  test("a checkpoint is a copy that the run does not change any more", async () => {
    const states: RunState[] = [];
    const plan = planOf(workflowOf([{ kind: "for", count: 2, body: [{ kind: "say", text: "a" }] }]));

    await runPlan(plan, { onCheckpoint: (state) => void states.push(state) });

    expect(states.map((state) => state.flow.variables["log"])).toEqual(["", "", "a", "a", "aa", "aa"]);
    expect(fc.stringify(states[0])).not.toContain("undefined");
  });
});

function runsOf(nodes: Readonly<Record<string, { readonly runs: number }>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(nodes).map(([id, { runs }]) => [id, runs]));
}
