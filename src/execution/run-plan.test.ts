import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { createMasker } from "../core/mask.ts";
import { runPlan } from "./run-plan.ts";
import { compileShort, planOf, runShort, type ShortFile } from "./testing.suite.ts";

const set = (name: string, value: unknown) => ["SetNode", { name, value: value as never }] as const;
const say = (text: string) => ["AppendNode", { text }] as const;

const failAtLog = (event: { type: string }): void => {
  if (event.type === "log") throw new Error("listener broke");
};

const referring = (text: string): ShortFile => ({
  nodes: { m: ["MathNode", { a: 1 }], s: ["MergeNode"], a: set("x", text) },
  flow: ["m > s > a"],
});

describe("flow", () => {
  test("follows exec_out from the StartNode and reports what ran", async () => {
    const report = await runShort({ nodes: { s: ["StartNode"], a: set("x", 1), e: ["EndNode"] }, flow: ["s > a > e"] });

    expect(report.status).toBe("completed");
    expect(report.reached).toEqual(["s", "a", "e"]);
    expect(report.unreached).toEqual([]);
    expect(report.variables).toEqual({ x: 1, a: { value: 1 } });
    expect(report.nodes["a"]).toMatchObject({ runs: 1, failures: 0 });
  });

  test("starts at every node without a wired exec_in when there is no StartNode, in the order of the file", async () => {
    const report = await runShort({ nodes: { b: say("b"), a: say("a"), c: say("c") }, flow: ["a > c"] });

    expect(report.reached).toEqual(["b", "a", "c"]);
    expect(report.variables["log"]).toBe("bac");
  });

  test("goes breadth-first where the flow fans out, and meets once after the longest branch", async () => {
    const report = await runShort({
      nodes: { s: ["StartNode"], a: say("a"), b: say("b"), c: say("c"), m: ["MergeNode"], z: say("z") },
      flow: ["s > a > m", "s > b > c > m", "m > z"],
    });

    expect(report.variables["log"]).toBe("abcz");
    expect(report.nodes["m"]?.runs).toBe(1);
    expect(report.nodes["z"]?.runs).toBe(1);
  });

  test("names the branch that was never taken, also for what is behind it", async () => {
    const report = await runShort({
      nodes: { i: ["IfNode", { condition: "1 > 2" }], t: say("t"), t2: say("2"), f: say("f"), c: ["CommentNode"] },
      flow: ["i.true > t > t2", "i.false > f"],
    });

    expect(report.status).toBe("completed");
    expect(report.unreached).toEqual([
      { node: "t", reason: "branch true of i was never taken" },
      { node: "t2", reason: "branch true of i was never taken" },
    ]);
  });

  test("takes a switch's case by value or by index, whichever is wired", async () => {
    const nodes = { w: ["SwitchNode", { value: "y", cases: ["x", "y"] }], a: say("a"), b: say("b") } as const;

    const byIndex = await runShort({ nodes, flow: ["w.case_0 > a", "w.case_1 > b"] });
    const byValue = await runShort({ nodes, flow: ["w.case_x > a", "w.case_y > b"] });

    expect(byIndex.variables["log"]).toBe("b");
    expect(byValue.variables["log"]).toBe("b");
  });

  test("lets the flow pass through comments without running them", async () => {
    const report = await runShort({
      nodes: { a: say("a"), c: ["CommentNode"], b: say("b"), lone: ["CommentNode"] },
      flow: ["a > c > b"],
    });

    expect(report.variables["log"]).toBe("ab");
    expect(report.reached).toEqual(["a", "b"]);
    expect(report.unreached).toEqual([]);
  });

  test("bypasses disabled nodes: inputs go to outputs of the same name, the flow goes on", async () => {
    const report = await runShort({
      nodes: {
        a: set("x", 5),
        b: ["SetNode", { name: "y", _disabled: true }],
        f: ["ForLoopStartNode", { items: [1], _disabled: true }],
        body: say("body"),
        c: ["SetNode", { name: "z" }],
      },
      flow: ["a > b > f", "f.body > body", "f.completed > c"],
      data: ["a.value > b.value", "b.value > c.value"],
    });

    expect(report.variables["z"]).toBe(5);
    expect(report.variables["y"]).toBeUndefined();
    expect(report.unreached).toEqual([
      { node: "b", reason: "it is disabled in the file (_disabled)" },
      { node: "f", reason: "it is disabled in the file (_disabled)" },
      { node: "body", reason: "the body of f was never entered" },
    ]);
  });

  test("fails a node that takes a flow output it does not have", async () => {
    const report = await runShort({ nodes: { r: ["RouteNode", { route: "up" }] } });

    expect(report.status).toBe("failed");
    expect(report.error).toMatchObject({ code: "WORKFLOW_ROUTE_UNKNOWN", node: "r", retryable: false });
  });

  test("finishes a run that has nothing but a start", async () => {
    const report = await runShort({ nodes: { s: ["StartNode"] } });

    expect(report.status).toBe("completed");
  });
});

describe("values", () => {
  test("a connected output wins over the config, the config over the default", async () => {
    const report = await runShort({
      nodes: { one: set("one", 1), sum: ["MathNode", { a: 40, b: 2 }], only: ["MathNode", { a: 7 }] },
      flow: ["one > sum > only"],
      data: ["one.value > sum.a"],
    });

    expect(report.variables["sum"]).toEqual({ result: 3 });
    expect(report.variables["only"]).toEqual({ result: 7 });
  });

  test("an input whose source has not run yet falls back to the config", async () => {
    const report = await runShort({
      nodes: { i: ["IfNode", { condition: "false" }], a: set("a", 1), sum: ["MathNode", { a: 40 }] },
      flow: ["i.true > a", "i.false > sum"],
      data: ["a.value > sum.a"],
    });

    expect(report.variables["sum"]).toEqual({ result: 40 });
  });

  test("templates keep types, join text, and read node outputs by old port names too", async () => {
    const report = await runShort({
      nodes: {
        m: ["MathNode", { a: "{{n}}", b: "2" }],
        s: set("out", { whole: "{{m.sum}}", text: "n={{n}}, f={{flag}}, nil={{nil}}", list: ["{{n}}", "100%"] }),
      },
      flow: ["m > s"],
      variables: { n: 40, flag: true, nil: null },
    });

    expect(report.variables["out"]).toEqual({ whole: 42, text: "n=40, f=true, nil=", list: [40, "100%"] });
  });

  test("an unknown reference is an error with a suggestion, never literal text", async () => {
    const report = await runShort({ nodes: { a: set("x", "{{custmer}}") }, variables: { customer: "Ada" } });

    expect(report.status).toBe("failed");
    expect(report.error).toMatchObject({ code: "WORKFLOW_REFERENCE_UNKNOWN", node: "a", port: "value" });
    expect(report.error?.message).toContain('did you mean "customer"?');
  });

  test("a reference to an output that a node does not have says which it has", async () => {
    const other = await runShort(referring("{{m.results}}"));
    const none = await runShort(referring("{{s.value}}"));
    const whole = await runShort(referring("{{m}}"));

    expect(other.error?.message).toContain("MathNode has no such output; it has result");
    expect(none.error?.message).toContain("MergeNode has no such output; it has none");
    expect(whole.variables["x"]).toEqual({ result: 1 });
  });

  test("an output that got no value is null, also when it is null", async () => {
    const report = await runShort({
      nodes: { t: ["TypedNode"], a: set("x", ["{{t.page}}", "{{t.any}}", "{{t.number}}"]) },
      flow: ["t > a"],
    });

    expect(report.variables["x"]).toEqual([null, null, 1]);
  });

  test("a reference to a node that has not run says so", async () => {
    const report = await runShort({ nodes: { a: set("x", "{{b.value}}"), b: set("y", 1) }, flow: ["a > b"] });

    expect(report.error?.message).toContain("the node b has not run yet");
  });

  test("a parameter that does not fit its schema when it is known fails the node and names the parameter", async () => {
    const report = await runShort({ nodes: { m: ["MathNode", { a: "{{word}}" }] }, variables: { word: "many" } });

    expect(report.error).toMatchObject({ code: "WORKFLOW_CONFIG_INVALID", node: "m", port: "a" });
    expect(report.error?.message).toBe("Parameter a of m (MathNode): must be a number");
  });

  test("variables of the file are defaults, given ones win and are read as the declared type", async () => {
    const report = await runShort(
      {
        nodes: { s: set("copy", "{{count}}-{{name}}") },
        variables: {
          count: { type: "Integer", default_value: 1 },
          name: { type: "String", default_value: "x" },
        },
      },
      { variables: { count: "12", _job_id: "7" } },
    );

    expect(report.variables).toMatchObject({ count: 12, name: "x", copy: "12-x", _job_id: "7" });
  });

  test("a given value of the wrong type ends the run before it starts", async () => {
    const short: ShortFile = {
      nodes: { s: set("a", 1) },
      variables: { count: { type: "Integer", default_value: 1 } },
    };

    const report = await runShort(short, { variables: { count: "many" } });

    expect(report.status).toBe("failed");
    expect(report.error?.code).toBe("WORKFLOW_VARIABLE_INVALID");
    expect(report.reached).toEqual([]);
    expect(report.unreached).toEqual([{ node: "s", reason: "the run failed before it" }]);
  });

  test("readonly variables cannot be set by nodes, but by who starts the run", async () => {
    const short: ShortFile = {
      nodes: { s: set("limit", 2) },
      variables: { limit: { type: "Integer", default_value: 1, readonly: true } },
    };

    const report = await runShort(short, { variables: { limit: 9 } });

    expect(report.error?.code).toBe("WORKFLOW_VARIABLE_READONLY");
    expect(report.variables["limit"]).toBe(9);
  });

  test("outputs become plain JSON data; what has no JSON form fails the node", async () => {
    const date = await runShort({ nodes: { r: ["RawNode", { kind: "date" }] } });
    const nan = await runShort({ nodes: { r: ["RawNode", { kind: "nan" }] } });
    const bad = await runShort({ nodes: { r: ["RawNode", { kind: "function" }] } });
    const cycle = await runShort({ nodes: { r: ["RawNode", { kind: "cycle" }] } });

    expect(date.variables["r"]).toEqual({ value: ["2026-01-02T03:04:05.000Z", null] });
    expect(nan.variables["r"]).toEqual({ value: { value: null, minus: 0 } });
    expect(bad.error?.code).toBe("WORKFLOW_OUTPUT_INVALID");
    expect(cycle.error?.code).toBe("WORKFLOW_OUTPUT_INVALID");
  });

  test("names like __proto__ and constructor are just names", async () => {
    const odd = { ["__proto__"]: ["RawNode", { kind: "proto" }] } as unknown as object;

    const report = await runShort({
      nodes: {
        constructor: set("__proto__", { polluted: true }),
        ...odd,
        toString: set("seen", "{{constructor.value}}"),
      },
      flow: ["constructor > __proto__ > toString"],
    });

    expect(report.status).toBe("completed");
    expect(report.variables["seen"]).toEqual({ polluted: true });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(report.reached).toContain("constructor");
  });

  test("nodes evaluate expressions with names of their own", async () => {
    const report = await runShort({ nodes: { e: ["EvaluateNode", { expression: "extra * n" }] }, variables: { n: 6 } });

    expect(report.variables["e"]).toEqual({ value: 42 });
  });
});

describe("capabilities", () => {
  const short: ShortFile = { nodes: { a: say("a"), g: ["GreetNode", { name: "Ada" }] }, flow: ["a > g"] };

  test("are asked for lazily, only by nodes that need them", async () => {
    const asked: string[] = [];
    const report = await runShort(short, {
      capabilities: {
        get: (name) => {
          asked.push(name);
          return Promise.resolve({ greet: (who: string) => `Hello ${who}` });
        },
      },
    });

    expect(planOf(short).needs).toEqual(["greeter"]);
    expect(asked).toEqual(["greeter"]);
    expect(report.variables["g"]).toEqual({ greeting: "Hello Ada" });
  });

  test("that are not offered, or cannot be opened, fail the node", async () => {
    const none = await runShort(short);
    const broken = await runShort(short, { capabilities: { get: () => Promise.reject(new Error("no socket")) } });

    expect(none.error).toMatchObject({ code: "WORKFLOW_CAPABILITY_MISSING", node: "g" });
    expect(broken.error).toMatchObject({ code: "WORKFLOW_NODE_FAILED", node: "g" });
  });
});

describe("stopping", () => {
  test("a signal leaves the running node at once", async () => {
    const controller = new AbortController();
    const report = await runShort(
      {
        nodes: { t: ["TryNode"], h: ["HangNode"], c: ["CatchNode"], k: say("k"), f: ["FinallyNode"], g: say("g") },
        flow: ["t.try_body > h > c > k > f > g"],
      },
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "node.started" && event.node === "h") controller.abort();
        },
      },
    );

    expect(report.status).toBe("cancelled");
    expect(report.error?.code).toBe("WORKFLOW_CANCELLED");
    expect(report.variables["log"]).toBeUndefined();
    expect(report.unreached.find(({ node }) => node === "c")?.reason).toContain("the run was cancelled");
    expect(report.events.at(-2)).toMatchObject({ type: "node.failed", node: "h", handledBy: "none" });
    expect(report.nodes["h"]).toMatchObject({ runs: 1, failures: 1 });
  });

  test("a signal that aborted before stops the run before its first node", async () => {
    const report = await runShort({ nodes: { a: say("a") } }, { signal: AbortSignal.abort() });

    expect(report.status).toBe("cancelled");
    expect(report.reached).toEqual([]);
  });

  test("a signal reaches a run that never waits", async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());

    const report = await runShort(
      {
        nodes: { f: ["ForLoopStartNode", { mode: "range", end: 100_000_000 }], a: ["MergeNode"] },
        flow: ["f.body > a"],
      },
      { signal: controller.signal },
    );

    expect(report.status).toBe("cancelled");
  });

  test("the limit of the whole run ends it as timed out", async () => {
    const report = await runShort({ nodes: { h: ["HangNode"], b: say("b") }, flow: ["h > b"] }, { timeoutMs: 10 });

    expect(report.status).toBe("timed_out");
    expect(report.error).toMatchObject({ code: "WORKFLOW_TIMED_OUT", retryable: true });
    expect(report.unreached).toEqual([{ node: "b", reason: "the run ran out of time at h before it" }]);
  });

  test("a retry that waits is left at once", async () => {
    const controller = new AbortController();
    const report = await runShort(
      { nodes: { x: ["FailNode", { retry_count: 5, retry_interval: 3_600_000 }] } },
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "node.failed") setImmediate(() => controller.abort());
        },
      },
    );

    expect(report.status).toBe("cancelled");
  });
});

describe("events", () => {
  test("tell the run in order, with progress that only grows and ends at 1", async () => {
    const clock = createManualClock();
    const report = await runShort(
      {
        nodes: {
          f: ["ForLoopStartNode", { items: [1, 2] }],
          a: say("a"),
          i: ["IfNode", { condition: "false" }],
          t: say("t"),
          l: ["LogNode", { message: "hello", path: "out/report.txt" }],
        },
        flow: ["f.body > a", "f.completed > i", "i.true > t", "i.false > l"],
      },
      { clock },
    );

    const types = report.events.map((event) => event.type);
    const progress = report.events.flatMap((event) => (event.type === "progress" ? [event.value] : []));
    expect(types[0]).toBe("run.started");
    expect(types.at(-1)).toBe("run.finished");
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    expect(new Set(progress).size).toBe(progress.length);
    expect(report.events.every((event) => event.at === "2026-01-01T00:00:00.000Z")).toBe(true);
    expect(report.events).toContainEqual(
      expect.objectContaining({ type: "log", node: "l", level: "info", message: "hello", data: { length: 5 } }),
    );
    expect(report.events).toContainEqual(
      expect.objectContaining({
        type: "artifact",
        node: "l",
        path: "out/report.txt",
        name: "report.txt",
        contentType: "text/plain",
      }),
    );
  });

  test("a listener that throws ends the run and rejects it", async () => {
    const plan = planOf({
      nodes: { t: ["TryNode"], l: ["LogNode", { message: "hello" }], c: ["CatchNode"] },
      flow: ["t.try_body > l > c"],
    });

    await expect(runPlan(plan, { onEvent: failAtLog })).rejects.toThrow("listener broke");
  });

  test("a checkpoint that never ends does not keep a cancelled run", async () => {
    const controller = new AbortController();
    const hang = (): Promise<void> => {
      controller.abort();
      return new Promise(() => undefined);
    };

    const report = await runPlan(planOf({ nodes: { a: say("a") } }), {
      signal: controller.signal,
      onCheckpoint: hang,
    });

    expect(report.status).toBe("cancelled");
  });

  test("a checkpoint that throws rejects the run", async () => {
    const plan = planOf({ nodes: { a: say("a") } });

    await expect(runPlan(plan, { onCheckpoint: () => Promise.reject(new Error("disk full")) })).rejects.toThrow(
      "disk full",
    );
  });
});

describe("secrets", () => {
  test("of sensitive variables leave the run masked: events, logs, outputs, errors", async () => {
    const short: ShortFile = {
      nodes: {
        s: set("copy", "pw={{password}}"),
        l: ["LogNode", { message: "using {{password}}" }],
        n: set("token", "fresh-token-1"),
        x: ["FailNode", { message: "login with {{password}} and {{token}} failed" }],
      },
      flow: ["s > l > n > x"],
      variables: {
        password: { type: "String", default_value: "", sensitive: true },
        pin: { type: "String", default_value: "12", sensitive: true },
        token: { type: "String", default_value: null, sensitive: true },
      },
    };

    const report = await runShort(short, { variables: { password: "hunter2-very-secret" }, masker: createMasker() });

    const everything = JSON.stringify(report);
    expect(everything).not.toContain("hunter2");
    expect(everything).not.toContain("fresh-token-1");
    expect(report.variables).toMatchObject({
      copy: "pw=[secret]",
      password: "[secret]",
      pin: "[secret]",
      token: "[secret]",
    });
    expect(report.error?.message).toContain("login with [secret] and [secret] failed");
  });
});

describe("size", () => {
  test("the report leaves out the largest values first when it would be too large", async () => {
    const report = await runShort(
      { nodes: { a: set("big", "x".repeat(5_000)), b: set("small", 1) }, flow: ["a > b"] },
      { outputLimitBytes: 1_000 },
    );

    expect(report.variables["big"]).toBe("[left out: 5002 bytes]");
    expect(report.variables["small"]).toBe(1);
    expect(JSON.stringify(report.variables).length).toBeLessThan(1_000);
  });
});

describe("plans", () => {
  test("are shared by runs that go on at the same time", async () => {
    const plan = planOf({
      nodes: {
        f: ["ForLoopStartNode", { mode: "range", end: 40 }],
        m: ["MathNode", { a: "{{sum}}", b: "{{step}}" }],
        s: set("sum", "{{m.result}}"),
      },
      flow: ["f.body > m > s"],
      variables: { sum: 0, step: 1 },
    });

    const reports = await Promise.all([1, 2, 3].map((step) => runPlan(plan, { variables: { step } })));

    expect(reports.map((report) => report.variables["sum"])).toEqual([40, 80, 120]);
  });

  test("cannot be changed by a node that gets its values", () => {
    const plan = planOf({ nodes: { s: set("x", { list: [1] }) } });

    const value = plan.nodes.get("s")?.config.get("value");

    expect(value?.kind === "static" && Object.isFrozen((value.value as { list: unknown }).list)).toBe(true);
  });

  test("are not made of files with errors", () => {
    expect(compileShort({ nodes: { s: ["NopeNode"] } }).plan).toBeUndefined();
  });
});
