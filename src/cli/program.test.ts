import { expect, test } from "vitest";
import { describeCli } from "./program.ts";

test("every command is described with its options and examples, and the program with its exit codes", () => {
  const text = describeCli();

  for (const command of ["start", "orchestrator", "robot start", "run", "workflow submit", "job logs", "key create"]) {
    expect(text).toContain(`$ casare ${command} --help`);
  }
  expect(text).toContain("  124  timed out");
  const sections = text.split(/^\$ (?=.* --help$)/m).slice(1);
  const withoutExamples = sections
    .filter((section) => !section.includes("Examples:"))
    .map((section) => section.split("\n")[0]);
  expect(withoutExamples).toEqual(["casare --help"]);
});

test("the description does not depend on the terminal", () => {
  expect(
    Math.max(
      ...describeCli()
        .split("\n")
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(130);
  expect(describeCli()).not.toContain("\u001B");
});
