import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { jobsToStart, mostItems } from "./start-rule.ts";

const rule = { itemsPerJob: 10, maxJobs: 3 };

test.each([
  { waiting: 0, inProgress: 0, openStarts: 0, expected: 0 },
  { waiting: 0, inProgress: 25, openStarts: 0, expected: 0 },
  { waiting: 1, inProgress: 0, openStarts: 0, expected: 1 },
  { waiting: 10, inProgress: 0, openStarts: 0, expected: 1 },
  { waiting: 11, inProgress: 0, openStarts: 0, expected: 2 },
  { waiting: 11, inProgress: 0, openStarts: 1, expected: 1 },
  { waiting: 11, inProgress: 0, openStarts: 2, expected: 0 },
  { waiting: 9, inProgress: 1, openStarts: 1, expected: 0 },
  { waiting: 1, inProgress: 10, openStarts: 1, expected: 1 },
  { waiting: 1, inProgress: 25, openStarts: 1, expected: 1 },
  { waiting: 1_000, inProgress: 0, openStarts: 0, expected: 3 },
  { waiting: 1_000, inProgress: 3, openStarts: 9, expected: 0 },
])("$waiting waiting, $inProgress in progress, $openStarts jobs: $expected", ({ expected, ...facts }) => {
  expect(jobsToStart(rule, facts)).toBe(expected);
});

const rules = fc.record({ itemsPerJob: fc.integer({ min: 1, max: 50 }), maxJobs: fc.integer({ min: 1, max: 20 }) });

prop.prop([rules, fc.nat(2_000), fc.nat(200), fc.nat(30)])(
  "never more than the limit, enough for what is open, and none without need",
  (chosen, waiting, inProgress, openStarts) => {
    const jobs = jobsToStart(chosen, { waiting, inProgress, openStarts });

    const all = jobs + openStarts;
    const portion = chosen.itemsPerJob;
    expect(jobs).toBeGreaterThanOrEqual(0);
    if (jobs > 0) expect(all).toBeLessThanOrEqual(chosen.maxJobs);
    if (jobs > 0) expect((jobs - 1) * portion).toBeLessThan(waiting);
    const isEnough = all * portion >= waiting + inProgress || jobs * portion >= waiting;
    expect(all >= chosen.maxJobs || isEnough).toBe(true);
  },
);

prop.prop([rules, fc.nat(2_000), fc.nat(2_000), fc.nat(30)])(
  "counting stops where it makes no difference",
  (chosen, waiting, inProgress, openStarts) => {
    const most = mostItems(chosen);
    const counted = { waiting: Math.min(waiting, most), inProgress: Math.min(inProgress, most), openStarts };

    expect(jobsToStart(chosen, counted)).toBe(jobsToStart(chosen, { waiting, inProgress, openStarts }));
  },
);
