import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MAX_INPUT_BYTES, readInput } from "./read-input.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "casare-input-"));
});
afterEach(() => rm(cwd, { recursive: true }));

const nothing = Readable.from([]);

describe("readInput", () => {
  test.each([
    ["plain text", Buffer.from('{"a": "ü"}\r\n')],
    ["a byte order mark", Buffer.from('\uFEFF{"a": "ü"}\r\n')],
    ["gzip", gzipSync('{"a": "ü"}\r\n')],
  ])("reads a file with %s", async (_case, content) => {
    await writeFile(join(cwd, "x.json"), content);

    expect(await readInput("x.json", { cwd, stdin: nothing })).toBe('{"a": "ü"}\r\n');
  });

  test("reads stdin for -", async () => {
    const stdin = Readable.from([Buffer.from('{"a"'), Buffer.from(": 1}")]);

    expect(await readInput("-", { cwd, stdin })).toBe('{"a": 1}');
  });

  test.each([
    ["is missing", undefined, "CLI_FILE_NOT_FOUND"],
    ["is not UTF-8", Buffer.from([0x7b, 0xff, 0xfe]), "CLI_FILE_UNREADABLE"],
    ["is torn gzip", gzipSync("x".repeat(1_000)).subarray(0, 20), "CLI_FILE_UNREADABLE"],
    ["unpacks to more than is allowed", gzipSync(Buffer.alloc(MAX_INPUT_BYTES + 1)), "CLI_FILE_UNREADABLE"],
  ])("refuses a file that %s", async (_case, content, code) => {
    if (content !== undefined) await writeFile(join(cwd, "x.json"), content);

    await expect(readInput("x.json", { cwd, stdin: nothing })).rejects.toMatchObject({ code });
  });

  test("refuses a folder", async () => {
    await expect(readInput(".", { cwd, stdin: nothing })).rejects.toMatchObject({ code: "CLI_FILE_UNREADABLE" });
  });

  test("stops reading a stdin without end", async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_048_576);
      })(),
    );

    await expect(readInput("-", { cwd, stdin: endless })).rejects.toMatchObject({ code: "CLI_FILE_UNREADABLE" });
  });
});
