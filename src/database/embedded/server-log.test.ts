import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boundLog, lastLines, logSize, openLog, readLogFrom } from "./server-log.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "casare-log-"));
  file = path.join(directory, "server.log");
});
afterEach(() => rm(directory, { recursive: true }));

describe("the server's log", () => {
  test("a log that grew too long moves aside, and an open writer goes on in the empty one", async () => {
    const writer = await openLog(file);
    await writer.write("old\n".repeat(10));

    await boundLog(file, 20);
    await writer.write("new\n");
    await writer.close();

    expect(await readFile(file, "utf8")).toBe("new\n");
    expect(await readFile(`${file}.1`, "utf8")).toBe("old\n".repeat(10));
  });

  test("a short log stays", async () => {
    await appendFile(file, "short\n");

    await boundLog(file, 20);

    expect(await readFile(file, "utf8")).toBe("short\n");
  });

  test("shows what was written since a start, also when it was cut since, and only its end when it is long", async () => {
    await appendFile(file, "before\n");
    const start = await logSize(file);
    await appendFile(file, "after\n");
    expect(await readLogFrom(file, start)).toBe("after\n");

    await boundLog(file, 1);
    await appendFile(file, "x\n");
    expect(await readLogFrom(file, start)).toBe("x\n");

    await appendFile(file, "y".repeat(20_000));
    expect(await readLogFrom(file, 0)).toHaveLength(16_384);
  });

  test("is empty before the first start", async () => {
    expect(await readLogFrom(file, 0)).toBe("");
  });

  test("gives the last lines for people", () => {
    expect(lastLines("a\nb\nc\n", 2)).toBe("b\nc");
  });
});
