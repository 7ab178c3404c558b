import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRotatingLog } from "./rotating-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-log-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("openRotatingLog", () => {
  test("keeps the newest lines in two files of limited size", async () => {
    const log = openRotatingLog(join(folder, "logs", "robot.log"), 10);
    for (const line of ["one\n", "two\n", "three\n", "four\n", "five\n"]) log.write(line);
    log.close();

    expect(await readFile(log.file, "utf8")).toBe("four\nfive\n");
    expect(await readFile(`${log.file}.1`, "utf8")).toBe("three\n");
    expect(await readdir(join(folder, "logs"))).toHaveLength(2);
  });

  test("goes on with the file of before, and counts what is in it", async () => {
    const first = openRotatingLog(join(folder, "a.log"), 10);
    first.write("12345678\n");
    first.close();

    const second = openRotatingLog(join(folder, "a.log"), 10);
    second.write("new\n");
    second.close();

    expect(await readFile(`${second.file}.1`, "utf8")).toBe("12345678\n");
    expect(await readFile(second.file, "utf8")).toBe("new\n");
  });

  test("a folder that is gone costs lines and nothing else", async () => {
    const log = openRotatingLog(join(folder, "a.log"), 4);
    log.write("123\n");
    await rm(folder, { recursive: true });

    expect(() => log.write("456\n")).not.toThrow();
    expect(() => log.close()).not.toThrow();
  });
});
