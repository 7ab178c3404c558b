import { describe, expect, test } from "vitest";
import { runShort, type ShortFile } from "./testing.suite.ts";

const set = (name: string, value: unknown) => ["SetNode", { name, value: value as never }] as const;
const say = (text: string) => ["AppendNode", { text }] as const;

const forLoop = (config: object, more: Partial<ShortFile> = {}): ShortFile => ({
  nodes: {
    f: ["ForLoopStartNode", config as never],
    b: say("[{{item}}@{{item_index}}/{{item_key}}]"),
    e: ["ForLoopEndNode"],
    z: say("."),
  },
  flow: ["f.body > b > e", "f.completed > z"],
  ...more,
});

const countingLoop = (condition: object): ShortFile => ({
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

const tryBlock = (body: readonly [string, object?], more: Partial<ShortFile> = {}): ShortFile => ({
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

const nestedTries = (types: string): ShortFile => ({
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

describe("for loops", () => {
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
    const report = await runShort(forLoop(config, { variables: { rows: [7] } }));

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
    const report = await runShort(forLoop({ items: "{{nil}}" }, { variables: { nil: null } }));

    expect(report.error).toMatchObject({ code: "WORKFLOW_ITEMS_MISSING", node: "f" });
  });

  test("with step 0 that comes from a variable fail", async () => {
    const report = await runShort(forLoop({ mode: "range", step: "{{zero}}" }, { variables: { zero: 0 } }));

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
      forLoop(
        { items: [1], item_var: "fixed" },
        { variables: { fixed: { type: "Any", default_value: 0, readonly: true } } },
      ),
    );

    expect(report.error?.code).toBe("WORKFLOW_VARIABLE_READONLY");
  });
});

describe("while loops", () => {
  test.each([
    ["a reference in the text", { condition: "{{n}} < 3" }],
    ["bare names", { expression: "n < 3" }],
    ["the iteration", { condition: "{{w.current_iteration}} < 3" }],
  ])("evaluate their condition anew before each round: %s", async (_name, config) => {
    const report = await runShort(countingLoop(config));

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
    const report = await runShort(countingLoop({ condition: "true", max_iterations: 5 }));

    expect(report.error).toMatchObject({ code: "WORKFLOW_LOOP_LIMIT", node: "w" });
    expect(report.variables["n"]).toBe(5);
  });

  test("may hold as often as the limit says", async () => {
    const report = await runShort(countingLoop({ condition: "{{n}} < 5", max_iterations: 5 }));

    expect(report.status).toBe("completed");
  });

  test("fail when their condition cannot be evaluated, first or later", async () => {
    const first = await runShort(countingLoop({ condition: "nowhere > 1" }));
    const later = await runShort(countingLoop({ condition: "1 / (2 - n) > 0" }));

    expect(first.error).toMatchObject({ code: "WORKFLOW_REFERENCE_UNKNOWN", node: "w" });
    expect(later.error).toMatchObject({ code: "EXPRESSION_DIVISION_BY_ZERO", node: "w" });
    expect(later.variables["n"]).toBe(2);
  });

  test("fail when a condition is missing at run time", async () => {
    const report = await runShort({
      ...countingLoop({ condition: "{{n}} < 1" }),
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
  test("a failure runs the catch with the error, then the finally, then goes on", async () => {
    const report = await runShort(tryBlock(["FailNode", { message: "boom" }]));

    expect(report.status).toBe("completed");
    expect(report.variables["log"]).toBe("catch finally end");
    expect(report.variables["c"]).toMatchObject({ error_type: "WORKFLOW_NODE_FAILED" });
    expect((report.variables["c"] as { error_message: string }).error_message).toBe("Node x (FailNode) failed: boom");
    expect((report.variables["c"] as { stack_trace: string }).stack_trace).toContain("at x (FailNode)");
    expect(report.variables["f"]).toEqual({ had_error: true });
  });

  test("without a failure the catch is skipped and says why", async () => {
    const report = await runShort(tryBlock(["SetNode", { name: "v", value: 1 }]));

    expect(report.variables["log"]).toBe("neverfinally end");
    expect(report.variables["f"]).toEqual({ had_error: false });
    expect(report.unreached).toEqual([
      { node: "c", reason: "nothing failed in t that it takes" },
      { node: "h", reason: "nothing failed in t that it takes" },
    ]);
  });

  test("a catch takes the codes it names and leaves others to the outside", async () => {
    const other = await runShort(nestedTries("HTTP_TIMEOUT, OTHER"));
    const own = await runShort(nestedTries("OTHER, workflow_node_failed"));
    const all = await runShort(nestedTries("Error"));

    expect(other.variables["log"]).toBe("finally outer");
    expect(own.variables["log"]).toBe("inner finally ");
    expect(all.variables["log"]).toBe("inner finally ");
  });

  test("a failure in the catch body still runs the finally, then fails the run", async () => {
    const report = await runShort({
      ...tryBlock(["FailNode"]),
      nodes: { ...tryBlock(["FailNode"]).nodes, h: ["FailNode", { message: "again" }] },
    });

    expect(report.status).toBe("failed");
    expect(report.variables["log"]).toBe("finally ");
    expect(report.error).toMatchObject({ node: "h" });
    expect(report.unreached.find(({ node }) => node === "z")?.reason).toBe("the run failed at h before it");
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
