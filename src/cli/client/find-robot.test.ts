import { expect, test } from "vitest";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { findRobotId } from "./find-robot.ts";

const pages = [{ data: [{ id: "1", name: "a" }], nextCursor: "next" }, { data: [{ id: "2", name: "b" }] }];
const client = {
  listRobots: async ({ cursor }: { cursor?: string }) => pages[cursor === "next" ? 1 : 0],
} as unknown as OrchestratorClient;
const { signal } = new AbortController();

test("a robot is found by name on any page; an id is taken as it is", async () => {
  const id = "019b76da-a800-7000-8000-000000000001";

  expect(await findRobotId(client, "b", signal)).toBe("2");
  expect(await findRobotId(client, id, signal)).toBe(id);
});

test("a name that nobody has is not found", async () => {
  await expect(findRobotId(client, "c", signal)).rejects.toMatchObject({ code: "CLI_ROBOT_NOT_FOUND" });
});
