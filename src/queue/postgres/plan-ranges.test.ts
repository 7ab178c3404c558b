import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type AcceptedJob, acceptJobs } from "../accepted-job.ts";
import { type IdentifiedJob, MAX_RANGE, planRanges } from "./plan-ranges.ts";

const [PLAIN] = acceptJobs([{ kind: "k", payload: null }]);

function item(id: number, routeId = 1, job: Partial<AcceptedJob> = {}): IdentifiedJob {
  if (PLAIN === undefined) throw new Error("no job");
  return { id, routeId, limitId: undefined, job: { ...PLAIN, ...job } };
}

describe("planRanges", () => {
  test.each<[string, IdentifiedJob[], [lo: number, hi: number, place: number][]]>([
    ["nothing", [], []],
    ["neighbours", [item(1), item(2), item(3)], [[1, 3, 3]]],
    [
      "a gap between ids",
      [item(1), item(3), item(4)],
      [
        [1, 1, 1],
        [3, 4, 3],
      ],
    ],
    [
      "another route",
      [item(1), item(2, 2), item(3, 2)],
      [
        [1, 1, 1],
        [2, 3, 3],
      ],
    ],
    [
      "another priority",
      [item(1), item(2, 1, { priority: 9 })],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ],
    [
      "a keyed job between others",
      [item(1), item(2, 1, { idempotencyKey: "k" }), item(3)],
      [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ],
    ],
    [
      "a job with a start time",
      [item(1, 1, { runAt: new Date(0) }), item(2), item(3)],
      [
        [1, 1, 1],
        [2, 3, 3],
      ],
    ],
  ])("of %s", (_, jobs, expected) => {
    expect(planRanges(jobs).map((range) => [range.lo, range.hi, range.place])).toEqual(expected);
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

    const ranges = planRanges(jobs);

    const byId = new Map(jobs.map((job, index) => [job.id, { job, place: index + 1 }]));
    const unfolded = ranges.flatMap((range) =>
      Array.from({ length: range.hi - range.lo + 1 }, (_, n) => ({ id: range.lo + n, range })),
    );
    expect(unfolded.map(({ id: jobId }) => jobId)).toEqual(jobs.map((job) => job.id));
    for (const { id: jobId, range } of unfolded) {
      const { job } = byId.get(jobId) ?? { job: item(0) };
      expect([range.routeId, range.priority]).toEqual([job.routeId, job.job.priority]);
      expect(range.hi - range.lo).toBeLessThan(MAX_RANGE);
      if (job.job.idempotencyKey !== undefined) expect(range.lo).toBe(range.hi);
    }
    for (const range of ranges) expect(range.place).toBe(byId.get(range.hi)?.place);
  });
});
