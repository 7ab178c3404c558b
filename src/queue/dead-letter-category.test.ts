import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { categoryOf } from "./dead-letter-category.ts";
import type { ErrorClass, JobFailure } from "./job.ts";

const failure = (part: Partial<JobFailure>): JobFailure => ({
  code: "SITE_DOWN",
  message: "broke",
  errorClass: "transient",
  ...part,
});

describe("the category of a dead letter", () => {
  test.each([
    ["exhausted", failure({}), "exhausted"],
    ["exhausted", failure({ errorClass: "timeout" }), "exhausted"],
    ["exhausted", failure({ code: "QUEUE_ROBOT_LOST", errorClass: "lost-lease" }), "lost"],
    ["exhausted", failure({ code: "BUSINESS_EXCEPTION" }), "business"],
    ["permanent", failure({ errorClass: "permanent" }), "permanent"],
    ["permanent", failure({ code: "ORDER_BUSINESS_RULE", errorClass: "permanent" }), "business"],
    ["permanent", failure({ code: "AGRIBUSINESS_DOWN", errorClass: "permanent" }), "permanent"],
    ["permanent", failure({ errorClass: "permanent", details: { exceptionType: "business" } }), "business"],
    ["deadline", failure({ code: "QUEUE_DEADLINE_PASSED", errorClass: "timeout" }), "deadline"],
    ["deadline", failure({ code: "BUSINESS_EXCEPTION", errorClass: "lost-lease" }), "deadline"],
  ] as const)("given up as %s for %o is %s", (reason, error, category) => {
    expect(categoryOf(reason, error)).toBe(category);
  });

  prop.prop([
    fc.constantFrom("exhausted" as const, "permanent" as const, "deadline" as const),
    fc.string(),
    fc.constantFrom<ErrorClass>("transient", "permanent", "cancelled", "lost-lease", "timeout"),
  ])(
    "never says deadline, exhausted or permanent of a job that was given up for another of them",
    (reason, code, errorClass) => {
      expect([reason, "lost", "business"]).toContain(categoryOf(reason, failure({ code, errorClass })));
    },
  );
});
