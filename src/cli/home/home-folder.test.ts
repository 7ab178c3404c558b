import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freeBytesOf, prepareHome } from "./home-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-home-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("prepareHome", () => {
  test("makes a folder that nobody else can list and leaves nothing in it", async () => {
    const home = join(folder, "a", "b");

    await prepareHome(home, 0);

    expect((await stat(home)).mode & 0o066).toBe(0);
    expect(await readdir(home)).toEqual([]);
  });

  test("says so when the place is a file", async () => {
    const home = join(folder, "file");
    await writeFile(home, "");

    await expect(prepareHome(home, 0)).rejects.toMatchObject({ code: "CLI_HOME_NOT_WRITABLE" });
  });

  test.skipIf(process.platform !== "linux")("says so where nothing can be made", async () => {
    await expect(prepareHome("/proc/casare/home", 0)).rejects.toMatchObject({ code: "CLI_HOME_NOT_WRITABLE" });
  });

  test("refuses a disk with less space than is needed, and says how much is free", async () => {
    const freeBytes = await freeBytesOf(folder);

    await expect(prepareHome(folder, freeBytes * 2 + 1_048_576)).rejects.toMatchObject({ code: "CLI_DISK_FULL" });
  });
});
