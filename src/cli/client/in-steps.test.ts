import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createOutput } from "../output.ts";
import { inSteps, inStepsOfIds, sumOf } from "./in-steps.ts";

function openOutput() {
  const told: string[] = [];
  const stderr = new PassThrough().on("data", (chunk: Buffer) => told.push(chunk.toString()));
  return { output: createOutput(new PassThrough(), stderr, {}), told };
}

test("steps go on with the cursor of the answer before, and say how far they are", async () => {
  const answers = [{ matched: 3, nextCursor: "a" }, { matched: 0, nextCursor: "b" }, { matched: 2 }];
  const cursors: (string | undefined)[] = [];
  const { output, told } = openOutput();

  const reports = await inSteps(output, async ({ cursor }) => {
    cursors.push(cursor);
    return answers[cursors.length - 1] ?? { matched: 0 };
  });
  await output.flush();

  expect(cursors).toEqual([undefined, "a", "b"]);
  expect(sumOf(reports, ({ matched }) => matched)).toBe(5);
  expect(told.join("")).toBe("3 so far\n3 so far\n");
});

test("ids go a thousand at a time", async () => {
  const ids = Array.from({ length: 2_001 }, (_, index) => String(index));

  const sizes = await inStepsOfIds(ids, async (part) => part.length);

  expect(sizes).toEqual([1_000, 1_000, 1]);
});
