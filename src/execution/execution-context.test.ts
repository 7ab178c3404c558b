import { describe, expect, test } from "vitest";
import { ExecutionContext } from "./execution-context.ts";
import type { RunState } from "./run-state.ts";
import { planOf } from "./testing.suite.ts";

const plan = planOf({
  nodes: { a: ["AppendNode", { text: "{{who}}" }], h: ["HangNode"] },
  flow: ["a > h"],
  variables: { who: "nobody" },
});
const short = planOf({ nodes: { a: ["AppendNode", { text: "{{who}}" }] }, variables: { who: "nobody" } });

describe("ExecutionContext", () => {
  test("runs its plan with its variables, once", async () => {
    const context = new ExecutionContext(short, { variables: { who: "Ada" } });

    const [first, second] = await Promise.all([context.run(), context.run()]);

    expect(first.variables["log"]).toBe("Ada");
    expect(second).toBe(first);
    expect(context.plan).toBe(short);
  });

  test("can be cancelled, and gone on with from its last state", async () => {
    const kept: RunState[] = [];
    const context: ExecutionContext = new ExecutionContext(plan, {
      onEvent: (event) => {
        if (event.type === "node.started" && event.node === "h") context.cancel();
      },
      onCheckpoint: (state) => void kept.push(state),
    });
    expect(context.state).toBeUndefined();

    const report = await context.run();

    expect(report.status).toBe("cancelled");
    expect(context.state).toEqual(kept.at(-1));
    expect(context.state?.flow.variables["log"]).toBe("nobody");
  });

  test("is cancelled with the signal it was given", async () => {
    const controller = new AbortController();
    const running = new ExecutionContext(plan, { signal: controller.signal }).run();
    setImmediate(() => controller.abort());

    const [late, early] = await Promise.all([
      running,
      new ExecutionContext(plan, { signal: AbortSignal.abort() }).run(),
    ]);

    expect([late.status, early.status]).toEqual(["cancelled", "cancelled"]);
  });
});
