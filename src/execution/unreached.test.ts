import { describe, expect, test } from "vitest";
import { runShort, type ShortFile } from "./testing.suite.ts";

const say = (text: string) => ["AppendNode", { text }] as const;

async function reasons(short: ShortFile): Promise<Readonly<Record<string, string>>> {
  const { unreached } = await runShort(short);
  return Object.fromEntries(unreached.map(({ node, reason }) => [node, reason]));
}

describe("why a node never ran", () => {
  test("an error port whose node did not fail", async () => {
    expect(
      await reasons({
        nodes: { x: ["FailNode", { times: 0 }], e: say("e"), a: say("a") },
        flow: ["x.error > e", "x > a"],
      }),
    ).toEqual({ e: "x did not fail, so its error was never taken" });
  });

  test("what comes behind a loop or a try in which the run failed", async () => {
    expect(
      await reasons({
        nodes: {
          f: ["ForLoopStartNode", { items: [1] }],
          i: ["IfNode", { condition: "false" }],
          t: say("t"),
          x: ["FailNode"],
          y: say("y"),
          z: say("z"),
        },
        flow: ["f.body > i", "i.true > t", "i.false > x > y", "f.completed > z"],
      }),
    ).toEqual({
      t: "branch true of i was never taken",
      y: "the run failed at x before it",
      z: "the run failed at x before it",
    });
    expect(
      await reasons({
        nodes: {
          t: ["TryNode"],
          x: ["FailNode"],
          c: ["CatchNode", { error_types: "OTHER" }],
          h: say("h"),
          z: say("z"),
        },
        flow: ["t.try_body > x > c > h", "t.exec_out > z"],
      }),
    ).toEqual({
      c: "the run failed at x before it",
      h: "the run failed at x before it",
      z: "the run failed at x before it",
    });
  });

  test("a block that was left", async () => {
    expect(
      await reasons({
        nodes: { f: ["ForLoopStartNode", { items: [1] }], b: ["BreakNode"], c: say("c"), d: say("d") },
        flow: ["f.body > b", "f.body > c > d"],
      }),
    ).toEqual({
      c: "a break, a continue or an error left its block before it",
      d: "a break, a continue or an error left its block before it",
    });
  });

  test("a branch of several that meet again behind it", async () => {
    expect(
      await reasons({
        nodes: {
          i: ["IfNode", { condition: "true" }],
          j: ["IfNode", { condition: "true" }],
          a: say("a"),
          m: ["MergeNode"],
          z: say("z"),
        },
        flow: ["i.false > m", "j.false > a > m > z"],
      }),
    ).toEqual({
      a: "branch false of j was never taken",
      m: "branch false of i was never taken",
      z: "branch false of i was never taken",
    });
  });

  test("a failure that ended one path while another would have led there", async () => {
    expect(
      await reasons({
        nodes: { x: ["FailNode"], i: ["IfNode", { condition: "true" }], t: say("t"), f: say("f"), m: ["MergeNode"] },
        flow: ["i.true > t", "i.false > f > m", "x > m"],
      }),
    ).toEqual({
      i: "the run failed at x before it",
      t: "the run failed at x before it",
      f: "the run failed at x before it",
      m: "the run failed at x before it",
    });
  });
});
