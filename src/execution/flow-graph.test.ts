import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type FlowGraph, reachability, reachableFrom } from "./flow-graph.ts";
import { circles } from "./strong-components.ts";

type Edges = readonly (readonly [number, number])[];

function graphOf(size: number, edges: Edges): FlowGraph {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(String(from), [...(next.get(String(from)) ?? []), String(to)]);
  const nodes = Array.from({ length: size }, (_, i) => String(i));
  return { nodes, successors: (node) => next.get(node) ?? [], unfollowed: new Map() };
}

const SIZE = 20;
const edge = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1));

describe("circles", () => {
  test("are found in long chains without overflowing the stack", () => {
    const size = 20_000;
    const chain: Edges = Array.from({ length: size }, (_, i) => [i, (i + 1) % size] as const);

    expect(circles(graphOf(size, chain).nodes, graphOf(size, chain).successors)[0]).toHaveLength(size);
  });

  prop.prop([fc.array(edge, { maxLength: 60 })])("hold exactly the nodes that lead to each other", (edges) => {
    const graph = graphOf(
      SIZE,
      edges.filter(([from, to]) => from !== to),
    );
    const reach = new Map(graph.nodes.map((node) => [node, reachableFrom(graph.successors(node), graph)]));

    const found = circles(graph.nodes, graph.successors);

    const inside = new Set(found.flat());
    expect(found.flat()).toHaveLength(inside.size);
    const expected = graph.nodes.filter((node) => reach.get(node)?.has(node));
    expect([...inside].toSorted()).toEqual(expected.toSorted());
    const isWhole = found.every((circle) => circle.every((a) => circle.every((b) => reach.get(a)?.has(b))));
    expect(isWhole).toBe(true);
  });
});

describe("reachability", () => {
  prop.prop([fc.array(edge, { maxLength: 80 })])("agrees with walking the graph", (edges) => {
    const graph = graphOf(
      SIZE,
      edges.filter(([from, to]) => from < to),
    );
    const leadsTo = reachability(graph);

    const wrong = graph.nodes.filter((node) => {
      const walked = reachableFrom(graph.successors(node), graph);
      return graph.nodes.some((other) => leadsTo(node, other) !== walked.has(other));
    });
    expect(wrong).toEqual([]);
  });

  test("knows nothing of strangers", () => {
    const leadsTo = reachability(graphOf(2, [[0, 1]]));

    expect([leadsTo("0", "1"), leadsTo("0", "x"), leadsTo("x", "1")]).toEqual([true, false, false]);
  });
});
