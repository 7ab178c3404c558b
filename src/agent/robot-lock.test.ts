import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockRobot } from "./robot-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-robot-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

const lockFile = (): string => join(folder, "robot.lock");
const left = (by: object): Promise<void> =>
  writeFile(lockFile(), JSON.stringify({ pid: 2_147_483_646, bornAt: "x 1", hostname: hostname(), token: "t", ...by }));

describe("lockRobot", () => {
  test("lets one process be the robot and tells the next who it is", async () => {
    const lock = await lockRobot(folder, "anna");

    await expect(lockRobot(folder, "anna")).rejects.toMatchObject({
      code: "AGENT_NAME_IN_USE",
      details: { name: "anna", pid: process.pid, hostname: hostname() },
    });

    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ["a process that has ended", {}],
    ["an earlier process with a number that is used again", { pid: 1 }],
  ])("takes over from %s", async (_what, by) => {
    await left(by);

    const lock = await lockRobot(folder, "anna");

    expect(JSON.parse(await readFile(lockFile(), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("takes over from a file that says nothing", async () => {
    await writeFile(lockFile(), "{");

    const lock = await lockRobot(folder, "anna");

    expect(JSON.parse(await readFile(lockFile(), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  test("a lock of another machine holds as long as it is refreshed", async () => {
    await left({ pid: 1, hostname: "elsewhere" });
    await expect(lockRobot(folder, "anna")).rejects.toMatchObject({ code: "AGENT_NAME_IN_USE" });

    const longAgo = new Date(Date.now() - 120_000);
    await utimes(lockFile(), longAgo, longAgo);

    await (await lockRobot(folder, "anna")).release();
  });

  test("of many who find a dead lock, one gets it", async () => {
    await left({});

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRobot(folder, "anna")));

    const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("is not stopped by a take-over that was abandoned", async () => {
    await left({});
    await mkdir(`${lockFile()}.gate`);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${lockFile()}.gate`, longAgo, longAgo);

    const lock = await lockRobot(folder, "anna");

    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("a release leaves the lock of a successor alone", async () => {
    const lock = await lockRobot(folder, "anna");
    await left({ token: "other" });

    await lock.release();

    expect(await readdir(folder)).toEqual(["robot.lock"]);
  });

  test("tells when the folder cannot be used", async () => {
    await expect(lockRobot(join(folder, "missing"), "anna")).rejects.toMatchObject({ code: "AGENT_FOLDER_UNUSABLE" });
  });
});
