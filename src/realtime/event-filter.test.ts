import { expect, test } from "vitest";
import { admits } from "./event-filter.ts";

const event = { seq: "1", type: "job.created", jobId: "7" };

test.each([
  { filter: {}, expected: true },
  { filter: { types: ["job.created", "log"] }, expected: true },
  { filter: { types: ["log"] }, expected: false },
  { filter: { jobId: "7" }, expected: true },
  { filter: { jobId: "8" }, expected: false },
  { filter: { types: ["job.created"], jobId: "8" }, expected: false },
])("a reader that wants $filter gets the event: $expected", ({ filter, expected }) => {
  expect(admits(filter, event)).toBe(expected);
});

test("an event of no job is not one of a job", () => {
  expect(admits({ jobId: "7" }, { type: "robot.intent" })).toBe(false);
});
