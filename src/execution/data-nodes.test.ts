import { describe, expect, test } from "vitest";
import { runShort } from "./testing.suite.ts";

const set = (name: string, value: unknown) => ["SetNode", { name, value: value as never }] as const;
const say = (text: string) => ["AppendNode", { text }] as const;

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

  test("that are disabled hand their inputs on", async () => {
    const report = await runShort({
      nodes: {
        s: ["StartNode"],
        set: ["SetNode", { name: "set", value: 3 }],
        linked: ["TypedNode", { _disabled: true }],
        own: ["TypedNode", { number: 4, any: "{{set}}", list: "{{gone}}", _disabled: true }],
        a: ["SetNode", { name: "a" }],
        b: ["SetNode", { name: "b" }],
        c: ["SetNode", { name: "c" }],
        d: ["SetNode", { name: "d", value: "kept" }],
      },
      flow: ["s > set > a > b > c > d"],
      data: [
        "set.value > linked.any",
        "linked.any > a.value",
        "own.number > b.value",
        "own.any > c.value",
        "own.list > d.value",
      ],
    });

    expect(report.status).toBe("completed");
    expect(report.variables).toMatchObject({ a: 3, b: 4, c: 3, d: "kept" });
  });

  test("fail by themselves with what their consumer makes of it", async () => {
    const report = await runShort({
      nodes: {
        s: ["StartNode"],
        e: ["EvaluateNode", { expression: "1 / zero" }],
        a: ["SetNode", { name: "a" }],
        b: ["AppendNode", { text: "b" }],
      },
      flow: ["s > a > b"],
      data: ["e.value > a.value"],
      variables: { zero: 0 },
      settings: { stop_on_error: false },
    });

    expect(report.variables["log"]).toBe("b");
    expect(report.toleratedErrors).toMatchObject([{ code: "EXPRESSION_DIVISION_BY_ZERO", node: "e" }]);
    const failed = report.events.filter((event) => event.type === "node.failed");
    expect(failed.map((event) => [event.node, event.handledBy])).toEqual([
      ["e", "policy"],
      ["a", "policy"],
    ]);
  });

  test("that rest on names which do not exist are evaluated again when those appear", async () => {
    const report = await runShort({
      nodes: {
        s: ["StartNode"],
        e: ["EvaluateNode", { expression: "coalesce(late, later.value, 'none')" }],
        a: ["SetNode", { name: "a" }],
        later: ["SetNode", { name: "x", value: "there" }],
        b: ["SetNode", { name: "b" }],
      },
      flow: ["s > a > later > b"],
      data: ["e.value > a.value", "e.value > b.value"],
    });

    expect(report.variables).toMatchObject({ a: "none", b: "there" });
  });

  test("are left at once when the run is cancelled", async () => {
    const controller = new AbortController();
    const report = await runShort(
      {
        nodes: { s: ["StartNode"], h: ["HangNode"], a: ["SetNode", { name: "a" }] },
        flow: ["s > a"],
        data: ["h.value > a.value"],
      },
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "node.started" && event.node === "h") controller.abort();
        },
      },
    );

    expect(report.status).toBe("cancelled");
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
