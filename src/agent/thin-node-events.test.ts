import { expect, test } from "vitest";
import type { RunEvent } from "../execution/index.ts";
import { NodeEventThinner } from "./thin-node-events.ts";

const at = "2026-01-01T00:00:00.000Z";
const base = { node: "n", nodeType: "LogNode", path: [], at } as const;
const started: RunEvent = { type: "node.started", ...base };
const finished: RunEvent = { type: "node.finished", durationMs: 1, ...base };

test("tells a thousand runs of a node, then one a second, each with its end", () => {
  const thinner = new NodeEventThinner();
  const told: string[] = [];
  for (let run = 0; run < 5_000; run++) {
    // A run takes a millisecond.
    if (thinner.admits(started, run)) told.push(`s${run}`);
    if (thinner.admits(finished, run)) told.push(`f${run}`);
  }

  expect(told).toHaveLength(2 * 1_000 + 2 * 4);
  for (const mark of told.filter((one) => one.startsWith("s"))) expect(told).toContain(mark.replace("s", "f"));
});

test("counts each node for itself and tells everything else", () => {
  const thinner = new NodeEventThinner();
  for (let run = 0; run < 2_000; run++) thinner.admits(started, 0);

  expect(thinner.admits(started, 0)).toBe(false);
  expect(thinner.admits({ ...started, node: "other" }, 0)).toBe(true);
  expect(thinner.admits({ type: "log", level: "info", message: "x", at }, 0)).toBe(true);
  const error = { code: "X", message: "x", retryable: false };
  expect(thinner.admits({ type: "node.failed", durationMs: 1, error, handledBy: "none", ...base }, 0)).toBe(true);
});
