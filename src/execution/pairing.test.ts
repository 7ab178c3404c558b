import { describe, expect, test } from "vitest";
import { compileShort, planOf, type ShortFile } from "./testing.suite.ts";

const step = ["MergeNode"] as const;
const loop = ["ForLoopStartNode", { items: [1] }] as const;

function pairsOf(short: ShortFile): Readonly<Record<string, unknown>> {
  const pairs = [...planOf(short).nodes.values()].map(({ id, pairs: own }) => [id, own] as const);
  return Object.fromEntries(pairs.filter(([, own]) => Object.keys(own).length > 0));
}

describe("pairs that the file leaves out", () => {
  test("an end belongs to the innermost open loop of its kind", () => {
    expect(
      pairsOf({
        nodes: {
          f: loop,
          w: ["WhileLoopStartNode", { condition: "true" }],
          g: loop,
          a: step,
          ge: ["ForLoopEndNode"],
          we: ["WhileLoopEndNode"],
          fe: ["ForLoopEndNode"],
        },
        flow: ["f.body > w", "w.body > g", "g.body > a > ge > we > fe"],
      }),
    ).toEqual({
      f: { ends: ["fe"] },
      w: { ends: ["we"] },
      g: { ends: ["ge"] },
      ge: { start: "g" },
      we: { start: "w" },
      fe: { start: "f" },
    });
  });

  test("loops in a row each have their own end, through completed or through the end", () => {
    expect(
      pairsOf({
        nodes: { f: loop, fe: ["ForLoopEndNode"], g: loop, ge: ["ForLoopEndNode"], h: loop, he: ["ForLoopEndNode"] },
        flow: ["f.body > fe > g", "g.body > ge", "g.completed > h", "h.body > he"],
      }),
    ).toEqual({
      f: { ends: ["fe"] },
      fe: { start: "f" },
      g: { ends: ["ge"] },
      ge: { start: "g" },
      h: { ends: ["he"] },
      he: { start: "h" },
    });
  });

  test("an end of the body of several branches may be there for each of them", () => {
    expect(
      pairsOf({
        nodes: { f: loop, i: ["IfNode", { condition: "true" }], e1: ["ForLoopEndNode"], e2: ["ForLoopEndNode"] },
        flow: ["f.body > i", "i.true > e1", "i.false > e2"],
      })["f"],
    ).toEqual({ ends: ["e1", "e2"] });
  });

  test("catches and finallys belong to the innermost open try", () => {
    expect(
      pairsOf({
        nodes: {
          t: ["TryNode"],
          u: ["TryNode"],
          a: step,
          uc: ["CatchNode"],
          uf: ["FinallyNode"],
          tc: ["CatchNode"],
          tf: ["FinallyNode"],
        },
        flow: [
          "t.try_body > u",
          "u.try_body > a > uc",
          "uc.catch_body > uf",
          "uf.finally_body > tc",
          "tc.catch_body > tf",
        ],
      }),
    ).toEqual({
      t: { catches: ["tc"], finally: "tf" },
      u: { catches: ["uc"], finally: "uf" },
      uc: { try: "u" },
      uf: { try: "u" },
      tc: { try: "t" },
      tf: { try: "t" },
    });
  });

  test("a second catch behind a catch belongs to the same try", () => {
    expect(
      pairsOf({
        nodes: { t: ["TryNode"], a: step, c: ["CatchNode", { error_types: "A" }], d: ["CatchNode"] },
        flow: ["t.try_body > a > c > d"],
      })["t"],
    ).toEqual({ catches: ["c", "d"] });
  });

  test("a handler that nothing leads to belongs to the only try without one", () => {
    const short: ShortFile = {
      nodes: { t: ["TryNode"], a: step, c: ["CatchNode"], h: step, f: ["FinallyNode"] },
      flow: ["t.try_body > a", "c.catch_body > h"],
    };

    expect(pairsOf(short)["t"]).toEqual({ catches: ["c"], finally: "f" });
    const { issues } = compileShort({ ...short, nodes: { ...short.nodes, u: ["TryNode"] } });
    expect(issues.filter((issue) => issue.code === "WORKFLOW_PAIRING_MISSING").map((issue) => issue.node)).toEqual([
      "c",
      "f",
    ]);
  });

  test("ids in the config count more than the flow", () => {
    expect(
      pairsOf({
        nodes: {
          t: ["TryNode", { paired_catch_id: "c", paired_finally_id: "f" }],
          u: ["TryNode"],
          a: step,
          c: ["CatchNode", { paired_try_id: "t" }],
          f: ["FinallyNode"],
        },
        flow: ["t.try_body > u", "u.try_body > a > c > f"],
      })["t"],
    ).toEqual({ catches: ["c"], finally: "f" });
  });

  test("what was inferred is noted, what could not be is a warning", () => {
    const { issues } = compileShort({
      nodes: { f: loop, e: ["ForLoopEndNode"], x: ["WhileLoopEndNode"], c: ["CatchNode"] },
      flow: ["f.body > e", "f.completed > x > c"],
    });

    expect(issues.map(({ severity, code, node }) => [severity, code, node])).toEqual([
      ["note", "WORKFLOW_PAIRING_INFERRED", "e"],
      ["warning", "WORKFLOW_PAIRING_MISSING", "x"],
      ["warning", "WORKFLOW_PAIRING_MISSING", "c"],
    ]);
  });
});
