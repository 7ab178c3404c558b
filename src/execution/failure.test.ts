import { describe, expect, test } from "vitest";
import { runShort, type ShortFile } from "./testing.suite.ts";

const say = (text: string) => ["AppendNode", { text }] as const;

const catching = (types: string): ShortFile => ({
  nodes: { t: ["TryNode"], x: ["FailNode"], c: ["CatchNode", { error_types: types }], h: say("caught") },
  flow: ["t.try_body > x > c > h"],
  variables: { types: "WORKFLOW_NODE_FAILED" },
});

describe("failures", () => {
  test("go to the error port if it is wired, with the error as outputs", async () => {
    const report = await runShort({
      nodes: {
        t: ["TryNode"],
        x: ["FailNode", { message: "boom" }],
        e: say("{{x.error_message}}|{{x.error_code}}"),
        c: ["CatchNode"],
        h: say("caught"),
      },
      flow: ["t.try_body > x > c > h", "x.error > e"],
    });

    expect(report.variables["log"]).toBe("Node x (FailNode) failed: boom|WORKFLOW_NODE_FAILED");
    expect(report.status).toBe("completed");
    const failed = report.events.find((event) => event.type === "node.failed");
    expect(failed).toMatchObject({ node: "x", handledBy: "error-port" });
  });

  test("fail the run by default, and say what they kept from running", async () => {
    const report = await runShort({ nodes: { a: say("a"), x: ["FailNode"], b: say("b") }, flow: ["a > x > b"] });

    expect(report.status).toBe("failed");
    expect(report.error).toMatchObject({ code: "WORKFLOW_NODE_FAILED", node: "x", retryable: false });
    expect(report.unreached).toEqual([{ node: "b", reason: "the run failed at x before it" }]);
    expect(report.events.at(-1)).toMatchObject({ type: "run.finished", status: "failed" });
  });

  test("are noted and passed when the file says stop_on_error false", async () => {
    const report = await runShort({
      nodes: { x: ["FailNode"], b: say("b"), i: ["IfNode", { condition: "nope" }], t: say("t"), f: say("f") },
      flow: ["x > b > i", "i.true > t", "i.false > f"],
      settings: { stop_on_error: false },
    });

    expect(report.status).toBe("completed");
    expect(report.variables["log"]).toBe("b");
    expect(report.toleratedErrors.map(({ node }) => node)).toEqual(["x", "i"]);
  });

  test("of a loop are passed to what comes behind it when the file says so", async () => {
    const report = await runShort({
      nodes: { f: ["ForLoopStartNode", { items: "{{nil}}" }], b: say("b"), z: say("z") },
      flow: ["f.body > b", "f.completed > z"],
      settings: { stop_on_error: false },
      variables: { nil: null },
    });

    expect(report.variables["log"]).toBe("z");
    expect(report.toleratedErrors).toHaveLength(1);
  });

  test("go to the catch whose error_types, told by reference, name them", async () => {
    const named = await runShort(catching("{{types}}"));
    const unknown = await runShort(catching("{{gone}}"));

    expect(named.variables["log"]).toBe("caught");
    expect(unknown.status).toBe("failed");
  });

  test("of nodes with one flow output of another name are passed along it", async () => {
    const report = await runShort({
      nodes: { t: ["SwitchNode", { value: "{{gone}}" }], a: say("a") },
      flow: ["t.default > a"],
      settings: { stop_on_error: false },
    });

    expect(report.variables["log"]).toBe("a");
  });

  test("are tried again as often as the node says, before anything else", async () => {
    const report = await runShort({
      nodes: { x: ["FailNode", { times: 2, retry_count: "2", retry_interval: 1 }], b: say("b") },
      flow: ["x > b"],
    });

    expect(report.status).toBe("completed");
    expect(report.nodes["x"]).toMatchObject({ runs: 3, failures: 2 });
    expect(report.events.filter((event) => event.type === "node.failed")).toMatchObject([
      { handledBy: "retry" },
      { handledBy: "retry" },
    ]);
  });

  test("are tried again as often as the file says when the node does not", async () => {
    const report = await runShort({
      nodes: { x: ["FailNode", { times: 1, retry_interval: 0 }], y: ["FailNode", { times: 1, retry_count: 0 }] },
      flow: ["x > y"],
      settings: { retry_count: 1 },
    });

    expect(report.nodes["x"]?.runs).toBe(2);
    expect(report.error?.node).toBe("y");
  });

  test("of a node that makes the tries it is asked for by itself are not tried again on top", async () => {
    const settings = { retry_count: 2 };

    const own = await runShort({ nodes: { x: ["OwnRetryNode", { retry_count: 5, retry_interval: 0 }] }, settings });
    const files = await runShort({ nodes: { x: ["OwnRetryNode", { retry_interval: 0 }] }, settings });

    expect(own.nodes["x"]?.runs).toBe(1);
    expect(files.nodes["x"]?.runs).toBe(3);
  });

  test("end a node that does not finish within its limit, whether it listens or not", async () => {
    const own = await runShort({ nodes: { x: ["SlowNode"] } });
    const files = await runShort({ nodes: { x: ["SlowNode"], y: ["HangNode"] }, settings: { timeout: 0.01 } });

    expect(own.error).toMatchObject({ code: "WORKFLOW_NODE_TIMED_OUT", node: "x", retryable: true });
    expect(files.error).toMatchObject({ code: "WORKFLOW_NODE_TIMED_OUT", node: "x" });
  });
});
