import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockHome } from "./home-lock.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "casare-lock-"));
});
afterEach(() => rm(home, { recursive: true }));

describe("lockHome", () => {
  test("lets one in, tells the next who holds it, and is free after the release", async () => {
    const first = await lockHome(home);

    await expect(lockHome(home)).rejects.toMatchObject({
      code: "CLI_HOME_IN_USE",
      details: { home, pid: process.pid },
    });

    await first.release();
    const second = await lockHome(home);
    await second.release();
    expect(await readdir(home)).toEqual([]);
  });

  test.each([
    ["a process that has ended", JSON.stringify({ pid: 2_147_483_646, startedAt: "x:1", token: "t" })],
    ["an earlier process with the number of one that runs", JSON.stringify({ pid: 1, startedAt: "x:1", token: "t" })],
    ["nothing readable", "{"],
  ])("takes over the lock of %s", async (_case, content) => {
    await writeFile(join(home, "casare.lock"), content);

    const lock = await lockHome(home);

    expect(JSON.parse(await readFile(join(home, "casare.lock"), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  test("of many who find a dead lock, one gets it", async () => {
    await writeFile(join(home, "casare.lock"), JSON.stringify({ pid: 2_147_483_646, startedAt: "x:1", token: "t" }));

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockHome(home)));

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  test("a release leaves the lock of a successor alone", async () => {
    const lock = await lockHome(home);
    const other = JSON.stringify({ pid: process.pid, startedAt: "", token: "other" });
    await writeFile(join(home, "casare.lock"), other);

    await lock.release();

    expect(await readFile(join(home, "casare.lock"), "utf8")).toBe(other);
  });
});
