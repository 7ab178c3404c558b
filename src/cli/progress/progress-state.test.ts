import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { foldProgress, NO_PROGRESS, type ProgressEvent, type ProgressState } from "./progress-state.ts";

const started = (node: string, path: string[] = []): ProgressEvent => ({
  type: "node.started",
  data: { node, nodeType: "LogNode", path },
});
const finished = (node: string, durationMs = 5, path: string[] = []): ProgressEvent => ({
  type: "node.finished",
  data: { node, nodeType: "LogNode", path, durationMs },
});
const failed = (node: string, handledBy: string): ProgressEvent => ({
  type: "node.failed",
  data: { node, nodeType: "LogNode", path: [], durationMs: 5, error: { message: "no such file" }, handledBy },
});

function fold(events: readonly ProgressEvent[]): ProgressState {
  return events.reduce(foldProgress, NO_PROGRESS);
}

describe("foldProgress", () => {
  test("lists nodes as they start, those of a loop below it, with rounds and runs", () => {
    const state = fold([
      started("open"),
      finished("open", 10),
      started("loop"),
      finished("loop"),
      started("fill", ["loop:0"]),
      finished("fill", 3, ["loop:0"]),
      started("send", ["loop:0"]),
      finished("send", 4, ["loop:0"]),
      started("loop"),
      finished("loop"),
      started("fill", ["loop:1"]),
      finished("fill", 3, ["loop:1"]),
      started("close"),
      started("late", ["loop:2"]),
    ]);

    expect(
      state.nodes.map(({ id, depth, rounds, runs, running, durationMs }) => [
        id,
        depth,
        rounds,
        runs,
        running,
        durationMs,
      ]),
    ).toEqual([
      ["open", 0, 0, 1, false, 10],
      ["loop", 0, 3, 2, false, 10],
      ["fill", 1, 0, 2, false, 6],
      ["send", 1, 0, 1, false, 4],
      ["late", 1, 0, 0, true, 0],
      ["close", 0, 0, 0, true, 0],
    ]);
  });

  test("keeps the failure that ended the run, and only counts one that was handled", () => {
    const state = fold([started("a"), failed("a", "catch"), started("b"), failed("b", "none")]);

    expect(state.nodes.map(({ id, failures, failure }) => [id, failures, failure])).toEqual([
      ["a", 1, undefined],
      ["b", 1, "no such file"],
    ]);
  });

  test("begins anew with another attempt", () => {
    expect(fold([started("a"), { type: "run.started", data: {} }])).toEqual(NO_PROGRESS);
  });

  test("takes over reported progress", () => {
    expect(fold([{ type: "progress", data: { value: 0.5, note: "half" } }])).toMatchObject({
      value: 0.5,
      note: "half",
    });
  });

  const name = fc.constantFrom("a", "b", "c");
  const path = fc.array(fc.constantFrom("a:1", "b:2", "x", ":", "c:z"), { maxLength: 3 });
  const event = fc.oneof(
    fc.tuple(name, path).map(([node, way]) => started(node, way)),
    fc.tuple(name, path).map(([node, way]) => finished(node, 1, way)),
    fc.record({
      type: fc.constantFrom("node.started", "node.finished", "node.failed", "progress", "log"),
      data: fc.jsonValue(),
    }),
  );
  prop.prop([fc.array(event)])("shows every node once, whatever comes", (events) => {
    const ids = fold(events).nodes.map((node) => node.id);

    expect(new Set(ids).size).toBe(ids.length);
  });
});
