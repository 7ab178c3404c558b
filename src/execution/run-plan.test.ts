import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { createMasker } from "../core/mask.ts";
import { runPlan } from "./run-plan.ts";
import { compileShort, planOf, runShort, type ShortFile } from "./testing.ts";

const set = (name: string, value: unknown) => ["SetNode", { name, value: value as never }] as const;
const say = (text: string) => ["AppendNode", { text }] as const;

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
    const report = await runShort({
      nodes: {
        constructor: ["SetNode", { name: "__proto__", value: { polluted: true } }],
        ["__proto__" as "p"]: ["RawNode", { kind: "proto" }],
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

describe("data nodes", () => {
  test("are evaluated when a consumer asks, once while their inputs stay the same", async () => {
    const report = await runShort({
      nodes: {
        start: ["StartNode"],
        n: ["MathNode", { a: "{{x}}", b: 1 }],
        twice: ["MathNode", {}],
        a: ["SetNode", { name: "a" }],
        b: ["SetNode", { name: "b" }],
        bump: set("x", 10),
        c: ["SetNode", { name: "c" }],
      },
      flow: ["start > a > b > bump > c"],
      data: [
        "n.result > twice.a",
        "n.result > twice.b",
        "twice.result > a.value",
        "twice.result > b.value",
        "twice.result > c.value",
      ],
      variables: { x: 1 },
    });

    expect(report.variables).toMatchObject({ a: 4, b: 4, c: 22 });
    expect(report.nodes["n"]?.runs).toBe(2);
    expect(report.nodes["twice"]?.runs).toBe(2);
  });

  test("are evaluated again when a variable that they read by name has changed", async () => {
    const report = await runShort({
      nodes: {
        s: ["StartNode"],
        g: ["GetNode", { name: "x" }],
        a: ["SetNode", { name: "a" }],
        bump: set("x", 2),
        b: ["SetNode", { name: "b" }],
      },
      flow: ["s > a > bump > b"],
      data: ["g.value > a.value", "g.value > b.value"],
      variables: { x: 1 },
    });

    expect(report.variables).toMatchObject({ a: 1, b: 2 });
  });

  test("are asked by templates too", async () => {
    const report = await runShort({
      nodes: { s: ["StartNode"], m: ["MathNode", { a: 1, b: 1 }], a: set("a", "{{m.result}}") },
      flow: ["s > a"],
    });

    expect(report.variables["a"]).toBe(2);
  });

  test("fail their consumer, which may have an error handler", async () => {
    const report = await runShort({
      nodes: {
        t: ["TryNode"],
        m: ["MathNode", { a: "{{word}}" }],
        a: ["SetNode", { name: "a" }],
        c: ["CatchNode"],
        h: set("h", "{{c.error_type}}"),
      },
      flow: ["t.try_body > a > c", "c.catch_body > h"],
      data: ["m.result > a.value"],
      variables: { word: "w" },
    });

    expect(report.status).toBe("completed");
    expect(report.variables["h"]).toBe("WORKFLOW_CONFIG_INVALID");
  });

  test("that nobody asked are unreached for that reason", async () => {
    const report = await runShort({
      nodes: {
        i: ["IfNode", { condition: "false" }],
        m: ["MathNode", { a: 1 }],
        a: ["SetNode", { name: "a" }],
        b: say("b"),
      },
      flow: ["i.true > a", "i.false > b"],
      data: ["m.result > a.value"],
    });

    expect(report.unreached).toContainEqual({ node: "m", reason: "no node that ran asked for its outputs" });
  });
});

describe("for loops", () => {
  const loop = (config: object, more: Partial<ShortFile> = {}): ShortFile => ({
    nodes: {
      f: ["ForLoopStartNode", config as never],
      b: say("[{{item}}@{{item_index}}/{{item_key}}]"),
      e: ["ForLoopEndNode"],
      z: say("."),
    },
    flow: ["f.body > b > e", "f.completed > z"],
    ...more,
  });

  test.each([
    ["a list", { items: [1, "x"] }, "[1@0/0][x@1/1]."],
    ["a dict by its values, with keys", { items: { k: 1, l: 2 } }, "[1@0/k][2@1/l]."],
    ["text by its characters", { items: "ab" }, "[a@0/0][b@1/1]."],
    ["JSON text of a list", { items: "[3]" }, "[3@0/0]."],
    ["anything else as the only item", { items: 5 }, "[5@0/0]."],
    ["nothing for an empty list", { items: [] }, "."],
    ["the list in a variable", { list_var: "rows" }, "[7@0/0]."],
    ["a list by reference", { items: "{{rows}}" }, "[7@0/0]."],
    ["a range", { mode: "range", start: 1, end: 3 }, "[1@0/0][2@1/1]."],
    ["a range backwards", { mode: "range", start: 3, end: 0, step: -2 }, "[3@0/0][1@1/1]."],
    ["an empty range", { mode: "range", start: 3, end: 0 }, "."],
  ])("go through %s", async (_name, config, log) => {
    const report = await runShort(loop(config, { variables: { rows: [7] } }));

    expect(report.status).toBe("completed");
    expect(report.variables["log"]).toBe(log);
  });

  test("publish the current item, index and key as outputs, and run body nodes once per item", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: ["a", "b"] }],
        b: say("{{f.current_item}}{{f.item}}"),
        e: ["ForLoopEndNode"],
      },
      flow: ["f.body > b > e"],
    });

    expect(report.variables["log"]).toBe("aabb");
    expect(report.nodes["b"]?.runs).toBe(2);
    expect(report.nodes["f"]?.runs).toBe(1);
    expect(report.variables["f"]).toEqual({ current_item: "b", current_index: 1, current_key: 1 });
  });

  test("without items fail instead of counting to nine", async () => {
    const report = await runShort(loop({ items: "{{nil}}" }, { variables: { nil: null } }));

    expect(report.error).toMatchObject({ code: "WORKFLOW_ITEMS_MISSING", node: "f" });
  });

  test("with step 0 that comes from a variable fail", async () => {
    const report = await runShort(loop({ mode: "range", step: "{{zero}}" }, { variables: { zero: 0 } }));

    expect(report.error?.code).toBe("WORKFLOW_RANGE_INVALID");
  });

  test("end their body when nothing is left of it, also without an end node", async () => {
    const report = await runShort({
      nodes: { f: ["ForLoopStartNode", { items: [1, 2] }], a: say("a"), b: say("b"), z: say("z") },
      flow: ["f.body > a", "f.body > b", "f.completed > z"],
    });

    expect(report.variables["log"]).toBe("ababz");
  });

  test("run every branch of the body before the next item, also those that do not lead to the end", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2] }],
        a: say("a"),
        b: say("b"),
        c: say("c"),
        e: ["ForLoopEndNode"],
      },
      flow: ["f.body > a > e", "f.body > b > c"],
    });

    expect(report.variables["log"]).toBe("abcabc");
  });

  test("go on behind the end when completed is not wired, as old files do", async () => {
    const nodes = {
      f: ["ForLoopStartNode", { items: [1, 2] }],
      a: say("a"),
      e: ["ForLoopEndNode"],
      z: say("z"),
    } as const;

    const report = await runShort({ nodes, flow: ["f.body > a > e > z"] });
    const empty = await runShort({
      nodes: { ...nodes, f: ["ForLoopStartNode", { items: [] }] },
      flow: ["f.body > a > e > z"],
    });

    expect(report.variables["log"]).toBe("aaz");
    expect(empty.variables["log"]).toBe("z");
    expect(empty.unreached.find(({ node }) => node === "a")?.reason).toBe("the body of f was never entered");
  });

  test("nest, with the path of iterations in the events", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2] }],
        g: ["ForLoopStartNode", { items: "{{item_index == 0 ? ['x'] : ['y', 'z']}}", item_var: "inner" }],
        b: say("{{item}}{{inner}} "),
        ge: ["ForLoopEndNode"],
        fe: ["ForLoopEndNode"],
      },
      flow: ["f.body > g", "g.body > b > ge > fe"],
    });

    const paths = report.events.flatMap((event) =>
      event.type === "node.started" && event.node === "b" ? [event.path] : [],
    );
    expect(report.variables["log"]).toBe("1x 2y 2z ");
    expect(paths).toEqual([
      ["f:0", "g:0"],
      ["f:1", "g:0"],
      ["f:1", "g:1"],
    ]);
  });

  test("refuse a readonly item variable", async () => {
    const report = await runShort(
      loop(
        { items: [1], item_var: "fixed" },
        { variables: { fixed: { type: "Any", default_value: 0, readonly: true } } },
      ),
    );

    expect(report.error?.code).toBe("WORKFLOW_VARIABLE_READONLY");
  });
});

describe("while loops", () => {
  const counting = (condition: object): ShortFile => ({
    nodes: {
      w: ["WhileLoopStartNode", condition as never],
      inc: ["MathNode", { a: "{{n}}", b: 1 }],
      s: set("n", "{{inc.result}}"),
      e: ["WhileLoopEndNode"],
      z: say("z"),
    },
    flow: ["w.body > inc > s > e", "w.completed > z"],
    variables: { n: 0 },
  });

  test.each([
    ["a reference in the text", { condition: "{{n}} < 3" }],
    ["bare names", { expression: "n < 3" }],
    ["the iteration", { condition: "{{w.current_iteration}} < 3" }],
  ])("evaluate their condition anew before each round: %s", async (_name, config) => {
    const report = await runShort(counting(config));

    expect(report.variables).toMatchObject({ n: 3, log: "z" });
    expect(report.nodes["s"]?.runs).toBe(3);
  });

  test("ask a data node for the condition again before each round", async () => {
    const report = await runShort({
      nodes: {
        w: ["WhileLoopStartNode"],
        less: ["EvaluateNode", { expression: "n < 3" }],
        inc: ["EvaluateNode", { expression: "n + 1" }],
        s: ["SetNode", { name: "n" }],
        e: ["WhileLoopEndNode"],
      },
      flow: ["w.body > s > e"],
      data: ["less.value > w.condition", "inc.value > s.value"],
      variables: { n: 0 },
    });

    expect(report.variables["n"]).toBe(3);
    expect(report.nodes["less"]?.runs).toBe(4);
  });

  test("fail at their limit instead of passing for done", async () => {
    const report = await runShort(counting({ condition: "true", max_iterations: 5 }));

    expect(report.error).toMatchObject({ code: "WORKFLOW_LOOP_LIMIT", node: "w" });
    expect(report.variables["n"]).toBe(5);
  });

  test("may hold as often as the limit says", async () => {
    const report = await runShort(counting({ condition: "{{n}} < 5", max_iterations: 5 }));

    expect(report.status).toBe("completed");
  });

  test("fail when their condition cannot be evaluated, first or later", async () => {
    const first = await runShort(counting({ condition: "nowhere > 1" }));
    const later = await runShort(counting({ condition: "1 / (2 - n) > 0" }));

    expect(first.error).toMatchObject({ code: "WORKFLOW_REFERENCE_UNKNOWN", node: "w" });
    expect(later.error).toMatchObject({ code: "EXPRESSION_DIVISION_BY_ZERO", node: "w" });
    expect(later.variables["n"]).toBe(2);
  });

  test("fail when a condition is missing at run time", async () => {
    const report = await runShort({
      ...counting({ condition: "{{n}} < 1" }),
      nodes: { w: ["WhileLoopStartNode"], g: ["GetNode", { name: "gone" }], s: say("s") },
      flow: ["w.body > s"],
      data: ["g.value > w.condition"],
    });

    expect(report.error).toMatchObject({ code: "WORKFLOW_CONFIG_INVALID", node: "w" });
  });
});

describe("break and continue", () => {
  test("leave the innermost loop, or go on with its next round", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2, 3, 4] }],
        two: ["IfNode", { condition: "item == 2" }],
        c: ["ContinueNode"],
        four: ["IfNode", { condition: "item == 4" }],
        b: ["BreakNode"],
        say: say("{{item}}"),
        e: ["ForLoopEndNode"],
        z: say("z"),
      },
      flow: [
        "f.body > two",
        "two.true > c",
        "two.false > four",
        "four.true > b",
        "four.false > say > e",
        "f.completed > z",
      ],
    });

    expect(report.status).toBe("completed");
    expect(report.variables["log"]).toBe("13z");
  });

  test("leave the loop they are paired with, through the ones inside of it", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2] }],
        w: ["WhileLoopStartNode", { condition: "true" }],
        a: say("{{item}}"),
        b: ["BreakNode", { paired_loop_start_id: "f" }],
        z: say("z"),
      },
      flow: ["f.body > w", "w.body > a > b", "f.completed > z"],
    });

    expect(report.variables["log"]).toBe("1z");
  });

  test("run the finally bodies they pass", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2, 3] }],
        t: ["TryNode"],
        i: ["IfNode", { condition: "item == 2" }],
        b: ["BreakNode"],
        c: ["ContinueNode"],
        fin: ["FinallyNode", { paired_try_id: "t" }],
        clean: say("f{{item}}"),
        never: say("never"),
        z: say("z"),
      },
      flow: [
        "f.body > t",
        "t.try_body > i",
        "i.true > b",
        "i.false > c",
        "fin.finally_body > clean",
        "t.exec_out > never",
        "f.completed > z",
      ],
    });

    expect(report.variables["log"]).toBe("f1f2z");
    expect(report.unreached.find(({ node }) => node === "never")?.reason).toBe("exec_out of t was never taken");
  });

  test("fail where their loop is not running", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1] }],
        a: say("a"),
        b: ["BreakNode"],
        i: ["IfNode", { condition: "log == 'a'" }],
      },
      flow: ["f.body > a > i", "f.completed > i", "i.true > b"],
      variables: { log: "" },
    });

    expect(report.status).toBe("failed");
    expect(report.error).toMatchObject({ code: "WORKFLOW_LOOP_MISSING", node: "b" });
  });
});

describe("try, catch, finally", () => {
  const block = (body: readonly [string, object?], more: Partial<ShortFile> = {}): ShortFile => ({
    nodes: {
      t: ["TryNode"],
      x: body as never,
      after: say("never"),
      c: ["CatchNode"],
      h: say("catch "),
      f: ["FinallyNode"],
      g: say("finally "),
      z: say("end"),
    },
    flow: ["t.try_body > x > after > c", "c.catch_body > h > f", "f.finally_body > g", "t.exec_out > z"],
    ...more,
  });

  test("a failure runs the catch with the error, then the finally, then goes on", async () => {
    const report = await runShort(block(["FailNode", { message: "boom" }]));

    expect(report.status).toBe("completed");
    expect(report.variables["log"]).toBe("catch finally end");
    expect(report.variables["c"]).toMatchObject({ error_type: "WORKFLOW_NODE_FAILED" });
    expect((report.variables["c"] as { error_message: string }).error_message).toBe("Node x (FailNode) failed: boom");
    expect((report.variables["c"] as { stack_trace: string }).stack_trace).toContain("at x (FailNode)");
    expect(report.variables["f"]).toEqual({ had_error: true });
  });

  test("without a failure the catch is skipped and says why", async () => {
    const report = await runShort(block(["SetNode", { name: "v", value: 1 }]));

    expect(report.variables["log"]).toBe("neverfinally end");
    expect(report.variables["f"]).toEqual({ had_error: false });
    expect(report.unreached).toEqual([
      { node: "c", reason: "nothing failed in t that it takes" },
      { node: "h", reason: "nothing failed in t that it takes" },
    ]);
  });

  test("a catch takes the codes it names and leaves others to the outside", async () => {
    const nested = (types: string): ShortFile => ({
      nodes: {
        o: ["TryNode"],
        t: ["TryNode"],
        x: ["FailNode"],
        c: ["CatchNode", { paired_try_id: "t", error_types: types }],
        h: say("inner "),
        f: ["FinallyNode", { paired_try_id: "t" }],
        g: say("finally "),
        oc: ["CatchNode", { paired_try_id: "o" }],
        oh: say("outer"),
      },
      flow: ["o.try_body > t", "t.try_body > x", "c.catch_body > h", "f.finally_body > g", "oc.catch_body > oh"],
    });

    const other = await runShort(nested("HTTP_TIMEOUT, OTHER"));
    const own = await runShort(nested("OTHER, workflow_node_failed"));
    const all = await runShort(nested("Error"));

    expect(other.variables["log"]).toBe("finally outer");
    expect(own.variables["log"]).toBe("inner finally ");
    expect(all.variables["log"]).toBe("inner finally ");
  });

  test("a failure in the catch body still runs the finally, then fails the run", async () => {
    const report = await runShort({
      ...block(["FailNode"]),
      nodes: { ...block(["FailNode"]).nodes, h: ["FailNode", { message: "again" }] },
    });

    expect(report.status).toBe("failed");
    expect(report.variables["log"]).toBe("finally ");
    expect(report.error).toMatchObject({ node: "h" });
    expect(report.unreached.find(({ node }) => node === "z")?.reason).toBe("exec_out of t was never taken");
  });

  test("a failure without a catch runs the finally and fails the run", async () => {
    const report = await runShort({
      nodes: { t: ["TryNode"], x: ["FailNode"], f: ["FinallyNode"], g: say("finally") },
      flow: ["t.try_body > x > f", "f.finally_body > g"],
    });

    expect(report.status).toBe("failed");
    expect(report.variables["log"]).toBe("finally");
  });

  test("exec_out alone is the body of a try", async () => {
    const report = await runShort({
      nodes: { t: ["TryNode"], x: ["FailNode"], c: ["CatchNode"], h: say("caught") },
      flow: ["t > x > c > h"],
    });

    expect(report.variables["log"]).toBe("caught");
    expect(report.status).toBe("completed");
  });

  test("a throw leaves loops inside of the try", async () => {
    const report = await runShort({
      nodes: {
        t: ["TryNode"],
        f: ["ForLoopStartNode", { items: [1, 2] }],
        x: ["FailNode"],
        c: ["CatchNode", { paired_try_id: "t" }],
        h: say("caught"),
      },
      flow: ["t.try_body > f", "f.body > x", "c.catch_body > h"],
    });

    expect(report.variables["log"]).toBe("caught");
    expect(report.nodes["x"]?.runs).toBe(1);
  });

  test("a try in a loop starts afresh in every round", async () => {
    const report = await runShort({
      nodes: {
        f: ["ForLoopStartNode", { items: [1, 2, 3] }],
        t: ["TryNode"],
        i: ["IfNode", { condition: "item == 2" }],
        x: ["FailNode"],
        ok: say("ok "),
        c: ["CatchNode", { paired_try_id: "t" }],
        h: say("caught "),
      },
      flow: ["f.body > t", "t.try_body > i", "i.true > x", "i.false > ok", "c.catch_body > h"],
    });

    expect(report.variables["log"]).toBe("ok caught ok ");
  });

  test("a disabled catch catches nothing, a disabled finally does nothing", async () => {
    const report = await runShort({
      nodes: {
        t: ["TryNode"],
        x: ["FailNode"],
        c: ["CatchNode", { _disabled: true }],
        h: say("h"),
        f: ["FinallyNode", { _disabled: true }],
        g: say("g"),
      },
      flow: ["t.try_body > x > c > h", "h > f > g"],
    });

    expect(report.status).toBe("failed");
    expect(report.variables["log"]).toBeUndefined();
  });

  test("a finally outside of any try is just a step", async () => {
    const report = await runShort({ nodes: { a: say("a"), f: ["FinallyNode"], g: say("g") }, flow: ["a > f > g"] });

    expect(report.variables).toMatchObject({ log: "ag", f: { had_error: false } });
  });
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

  test("end a node that does not finish within its limit, whether it listens or not", async () => {
    const own = await runShort({ nodes: { x: ["SlowNode"] } });
    const files = await runShort({ nodes: { x: ["SlowNode"], y: ["HangNode"] }, settings: { timeout: 0.01 } });

    expect(own.error).toMatchObject({ code: "WORKFLOW_NODE_TIMED_OUT", node: "x", retryable: true });
    expect(files.error).toMatchObject({ code: "WORKFLOW_NODE_TIMED_OUT", node: "x" });
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
    const onEvent = (event: { type: string }): void => {
      if (event.type === "log") throw new Error("listener broke");
    };

    await expect(runPlan(plan, { onEvent })).rejects.toThrow("listener broke");
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
        f: ["ForLoopStartNode", { mode: "range", end: 200 }],
        m: ["MathNode", { a: "{{sum}}", b: "{{step}}" }],
        s: set("sum", "{{m.result}}"),
      },
      flow: ["f.body > m > s"],
      variables: { sum: 0, step: 1 },
    });

    const reports = await Promise.all([1, 2, 3].map((step) => runPlan(plan, { variables: { step } })));

    expect(reports.map((report) => report.variables["sum"])).toEqual([200, 400, 600]);
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
