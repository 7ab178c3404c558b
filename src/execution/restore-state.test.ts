import { describe, expect, test } from "vitest";
import { runPlan } from "./run-plan.ts";
import type { RunState } from "./run-state.ts";
import { planOf } from "./testing.suite.ts";

const plan = planOf({
  nodes: { f: ["ForLoopStartNode", { items: ["a", "b"] }], s: ["AppendNode", { text: "{{item}}" }] },
  flow: ["f.body > s"],
  variables: { password: { type: "String", default_value: "correct-horse", sensitive: true } },
});

async function checkpointAt(index: number): Promise<RunState> {
  const states: RunState[] = [];
  await runPlan(plan, { onCheckpoint: (state) => void states.push(state) });
  const state = states[index];
  if (state === undefined) throw new Error("no such checkpoint");
  return state;
}

describe("going on from a checkpoint", () => {
  test("is refused when it belongs to another plan", async () => {
    const other = planOf({ nodes: { a: ["AppendNode", { text: "x" }] } });

    await expect(runPlan(other, { resumeFrom: await checkpointAt(0) })).rejects.toMatchObject({
      code: "WORKFLOW_STATE_INVALID",
      message: expect.stringContaining("another workflow"),
    });
  });

  test.each<[string, (state: RunState) => unknown]>([
    ["has no frames", (state) => withFlow(state, { frames: [] })],
    ["has a frame of no kind", (state) => withFlow(state, { frames: [{ kind: "fork" }] })],
    ["is of another version", (state) => ({ ...state, version: 1 })],
    ["has variables that are no dict", (state) => withFlow(state, { variables: [] })],
    [
      "names a node that is gone",
      (state) => withFlow(state, { frames: [{ kind: "root", queue: ["gone"], done: [] }] }),
    ],
    ["is text", () => "{}"],
  ])("is refused when it %s", async (_what, damage) => {
    const state = damage(await checkpointAt(0)) as RunState;

    await expect(runPlan(plan, { resumeFrom: state })).rejects.toMatchObject({ code: "WORKFLOW_STATE_INVALID" });
  });

  test("leaves the checkpoint as it is, so that it can be used again", async () => {
    const state = await checkpointAt(1);
    const before = JSON.stringify(state);

    const first = await runPlan(plan, { resumeFrom: state });
    const second = await runPlan(plan, { resumeFrom: state });

    expect(JSON.stringify(state)).toBe(before);
    expect(first.variables["log"]).toBe("ab");
    expect(second.variables).toEqual(first.variables);
  });

  test("masks the sensitive values it holds", async () => {
    const report = await runPlan(plan, { resumeFrom: await checkpointAt(0) });

    expect(JSON.stringify(report)).not.toContain("correct-horse");
  });
});

function withFlow(state: RunState, over: object): unknown {
  return { ...state, flow: { ...state.flow, ...over } };
}
