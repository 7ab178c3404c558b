import { Ansis } from "ansis";
import { describe, expect, test } from "vitest";
import { lengthOf } from "./format.ts";
import { NO_PROGRESS, type NodeProgress } from "./progress-state.ts";
import { renderTree, type TreeLook } from "./render-tree.ts";

const look: TreeLook = { style: new Ansis(0), columns: 60, rows: 20, frame: 0, labelOf: (id) => `Node ${id}` };
const node = (over: Partial<NodeProgress> & { id: string }): NodeProgress => ({
  nodeType: "LogNode",
  depth: 0,
  running: false,
  runs: 1,
  failures: 0,
  durationMs: 1_200,
  rounds: 0,
  ...over,
});

describe("renderTree", () => {
  test("draws marks, names, counts and times", () => {
    const lines = renderTree(
      {
        nodes: [
          node({ id: "a" }),
          node({ id: "loop", rounds: 3, running: true, runs: 3 }),
          node({ id: "b", depth: 1, runs: 3, failures: 1 }),
          node({ id: "c", runs: 0, running: true }),
          node({ id: "d", failure: "gone" }),
        ],
      },
      look,
    );

    expect(lines.map((line) => line.replaceAll(/(?<=\S) {2,}/g, " | "))).toEqual([
      "  ✔ Node a | 1.2 s",
      "  ⠋ Node loop | 3 rounds · 1.2 s",
      "    ! Node b | 3× · 1.2 s",
      "  ⠋ Node c",
      "  ✖ Node d: gone | 1.2 s",
    ]);
  });

  test("no line is wider than the terminal", () => {
    const lines = renderTree(
      { nodes: [node({ id: "x".repeat(200) }), node({ id: "y", failure: "z".repeat(500) })] },
      look,
    );

    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(60);
  });

  test("of more nodes than fit, those around the running one are shown", () => {
    const nodes = Array.from({ length: 100 }, (_unused, index) => node({ id: String(index), running: index === 50 }));

    const lines = renderTree({ nodes }, { ...look, rows: 10 });

    expect(lines).toHaveLength(10);
    expect(lines.join("\n")).toContain("Node 50");
  });

  test("nothing has run: nothing is drawn", () => {
    expect(renderTree(NO_PROGRESS, look)).toEqual([]);
  });
});
