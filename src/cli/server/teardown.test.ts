import { expect, test } from "vitest";
import { createTeardown } from "./teardown.ts";

test("closes in the opposite order, once, and goes on after a failure", async () => {
  const seen: string[] = [];
  const complaints: string[] = [];
  const teardown = createTeardown((text) => complaints.push(text));
  teardown.add("the database", async () => void seen.push("database"));
  teardown.add("the server", () => Promise.reject(new Error("stuck")));
  teardown.add("the robot", async () => void seen.push("robot"));

  await Promise.all([teardown.run(), teardown.run()]);
  await teardown.run();

  expect(seen).toEqual(["robot", "database"]);
  expect(complaints).toEqual(["the server did not close cleanly: stuck"]);
});
