import { describe, expect, test } from "vitest";
import { artifactUploadQuery } from "./artifact.ts";
import { deadLetterListQuery, deadLettersDeleteInput, deadLettersRequeueInput } from "./dead-letter.ts";
import { eventDto, eventStreamQuery } from "./event.ts";
import { jobId } from "./identifiers.ts";
import { jobEventListQuery, jobInput, jobListQuery, jobsCancelInput, logListQuery } from "./job.ts";
import { robotKeyRotation } from "./robot-key.ts";
import { workflowGetQuery, workflowInput } from "./workflow.ts";

const workflowId = "019b76da-a800-7000-8000-000000000001";

describe("queries are read from text", () => {
  test.each([
    { schema: jobListQuery, given: {}, expected: { limit: 100 } },
    {
      schema: jobListQuery,
      given: { limit: "250", state: "pending,failed" },
      expected: { limit: 250, state: ["pending", "failed"] },
    },
    {
      schema: jobListQuery,
      given: { state: ["pending", "failed"] },
      expected: { limit: 100, state: ["pending", "failed"] },
    },
    { schema: deadLetterListQuery, given: { requeued: "false" }, expected: { limit: 100, requeued: false } },
    { schema: logListQuery, given: { level: "error" }, expected: { limit: 100, level: "error" } },
    { schema: logListQuery, given: {}, expected: { limit: 100, level: "debug" } },
    { schema: workflowGetQuery, given: { version: "3" }, expected: { version: 3 } },
    {
      schema: eventStreamQuery,
      given: { types: "log,job.dead", after: "7" },
      expected: { types: ["log", "job.dead"], after: "7" },
    },
    {
      schema: artifactUploadQuery,
      given: { name: "a", attempt: "1", sessionId: "s" },
      expected: { name: "a", attempt: 1, sessionId: "s" },
    },
  ])("$given", ({ schema, given, expected }) => {
    expect(schema.parse(given)).toEqual(expected);
  });

  test.each([
    { schema: jobListQuery, given: { limit: "1.5" } },
    { schema: jobListQuery, given: { state: "" } },
    { schema: jobListQuery, given: { status: "pending" } },
    { schema: jobListQuery, given: { from: "2026-01-01" } },
    { schema: eventStreamQuery, given: { after: "-1" } },
    { schema: eventStreamQuery, given: { types: "zzz" } },
    { schema: jobEventListQuery, given: { types: "job.created,zzz" } },
    { schema: jobEventListQuery, given: { types: "" } },
    { schema: artifactUploadQuery, given: { name: "a\u0000", attempt: "1", sessionId: "s" } },
  ])("$given is refused", ({ schema, given }) => {
    expect(schema.safeParse(given).success).toBe(false);
  });
});

test("an event type that does not exist is answered with those that do", () => {
  const { error } = eventStreamQuery.safeParse({ types: "job.created,zzz" });

  expect(error?.issues).toMatchObject([
    { path: ["types", 1], message: expect.stringMatching(/^must be one of .*log/) },
  ]);
});

test("an event of a type that this release does not know is read", () => {
  const event = { seq: "1", at: "2026-01-01T00:00:00Z", type: "from.the-future", data: {} };

  expect(eventDto.parse(event)).toEqual(event);
});

describe("what works on many things says which", () => {
  test.each([
    { schema: jobsCancelInput, given: { filter: { environment: "test" } } },
    { schema: jobsCancelInput, given: { all: true, dryRun: true, limit: 1, cursor: "c", reason: "r" } },
    { schema: deadLettersRequeueInput, given: { jobIds: ["1"] } },
    { schema: deadLettersRequeueInput, given: { filter: { category: "lost" } } },
    { schema: deadLettersDeleteInput, given: { filter: { requeued: true } } },
  ])("$given", ({ schema, given }) => {
    expect(schema.parse(given)).toMatchObject({ dryRun: false, limit: 1_000, ...given });
  });

  test.each([
    { schema: jobsCancelInput, given: {}, path: "filter" },
    { schema: jobsCancelInput, given: { filter: {} }, path: "filter" },
    { schema: jobsCancelInput, given: { filter: { environment: "a" }, all: true }, path: "filter" },
    { schema: deadLettersRequeueInput, given: { jobIds: ["1"], filter: { code: "X" } }, path: "jobIds" },
    { schema: deadLettersRequeueInput, given: { jobIds: [] }, path: "jobIds" },
    { schema: deadLettersRequeueInput, given: { all: false }, path: "all" },
    { schema: deadLettersRequeueInput, given: { filter: { requeued: true } }, path: "filter" },
  ])("and $given does not", ({ schema, given, path }) => {
    expect(schema.safeParse(given).error?.issues.map((issue) => issue.path[0])).toContain(path);
  });
});

describe("bodies are strict, so that a misspelled part is not lost in silence", () => {
  test.each([
    { schema: jobInput, given: { workflowId, varaibles: {} } },
    { schema: workflowInput, given: { document: {}, nmae: "x" } },
    { schema: robotKeyRotation, given: { grace: 1 } },
  ])("$given", ({ schema, given }) => {
    expect(schema.safeParse(given).error?.issues[0]?.code).toBe("unrecognized_keys");
  });

  test("and what may be left out has its default", () => {
    expect(jobInput.parse({ workflowId })).toEqual({ workflowId, variables: {} });
    expect(robotKeyRotation.parse(undefined)).toBeUndefined();
  });
});

test.each(["1", "9223372036854775807"])("%s is a job id", (id) => {
  expect(jobId.parse(id)).toBe(id);
});

test.each(["", "-1", "1.0", "abc", "10000000000000000000"])("%j is no job id", (id) => {
  expect(jobId.safeParse(id).success).toBe(false);
});
