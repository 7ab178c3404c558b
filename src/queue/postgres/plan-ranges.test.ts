import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type AcceptedJob, acceptJobs } from "../accepted-job.ts";
import { type IdentifiedJob, MAX_RANGE, planRanges } from "./plan-ranges.ts";

const [PLAIN] = acceptJobs([{ kind: "k", payload: null }]);

function item(id: number, routeId = 1, job: Partial<AcceptedJob> = {}): IdentifiedJob {
  if (PLAIN === undefined) throw new Error("no job");
  return { id, routeId, limitId: undefined, job: { ...PLAIN, ...job } };
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

describe("planRanges", () => {
  test.each<[string, IdentifiedJob[], number[]]>([
    ["nothing", [], []],
    ["neighbours", [item(1), item(2), item(3)], [3, 0, 0]],
    ["a gap between ids", [item(1), item(3), item(4)], [1, 2, 0]],
    ["another route", [item(1), item(2, 2), item(3, 2)], [1, 2, 0]],
    ["another priority", [item(1), item(2, 1, { priority: 9 })], [1, 1]],
    ["another kind", [item(1), item(2, 1, { kind: "other" })], [1, 1]],
    ["a keyed job between others", [item(1), item(2, 1, { idempotencyKey: "k" }), item(3)], [1, 1, 1]],
    ["a job with a start time", [item(1, 1, { runAt: new Date(0) }), item(2), item(3)], [1, 2, 0]],
    ["a job with a limit between others", [item(1), { ...item(2), limitId: 5 }, item(3)], [1, 0, 1]],
    ["more than a range holds", Array.from({ length: 22 }, (_, n) => item(n)), [20, ...zeros(19), 2, 0]],
  ])("of %s", (_, jobs, expected) => {
    expect(planRanges(jobs)).toEqual(expected);
  });

  property.prop([
    fc.array(
      fc.record({
        skip: fc.integer({ min: 0, max: 2 }).map((n) => (n === 2 ? 1 : 0)),
        routeId: fc.constantFrom(1, 1, 1, 2),
        priority: fc.constantFrom(50, 50, 50, 60),
        keyed: fc.constantFrom(false, false, false, true),
      }),
      { maxLength: 120 },
    ),
  ])("hold every job once, in order, with its demands", (specs) => {
    let id = 0;
    const jobs = specs.map(({ skip, routeId, priority, keyed }, index) => {
      id += 1 + skip;
      return item(id, routeId, { priority, ...(keyed && { idempotencyKey: `key-${index}` }) });
    });

    const ranges = planRanges(jobs).flatMap((span, index) => (span > 0 ? [jobs.slice(index, index + span)] : []));

    expect(ranges.flat()).toEqual(jobs);
    for (const range of ranges) {
      expect(range.length).toBeLessThanOrEqual(MAX_RANGE);
      for (const [offset, { id: jobId, routeId, job }] of range.entries()) {
        expect([jobId, routeId, job.priority]).toEqual([
          (range[0]?.id ?? 0) + offset,
          range[0]?.routeId,
          range[0]?.job.priority,
        ]);
        if (job.idempotencyKey !== undefined) expect(range).toHaveLength(1);
      }
    }
  });
});
