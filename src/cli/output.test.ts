import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { colorLevel, createOutput } from "./output.ts";

describe("colorLevel", () => {
  test.each([
    [{ isTTY: true }, {}, 1],
    [{ isTTY: true }, { NO_COLOR: "1" }, 0],
    [{ isTTY: true }, { NO_COLOR: "" }, 1],
    [{ isTTY: true }, { TERM: "dumb" }, 0],
    [{}, {}, 0],
    [{}, { FORCE_COLOR: "1" }, 1],
    [{}, { FORCE_COLOR: "0" }, 0],
    [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }, 0],
  ])("%o with %o gives %d", (stream, env, level) => {
    expect(colorLevel(stream, env)).toBe(level);
  });
});

describe("createOutput", () => {
  test("puts results on stdout and notes on stderr", async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput(stdout, stderr, {});

    output.result("a");
    output.json({ b: 1 });
    output.note("c");
    await output.flush();

    expect(String(stdout.read())).toBe('a\n{"b":1}\n');
    expect(String(stderr.read())).toBe("c\n");
  });

  test("a full disk behind stdout is remembered", async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput(stdout, stderr, {});
    const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });

    stdout.destroy(full);
    await new Promise((resolve) => stdout.once("close", resolve));

    expect(output.failure).toBe(full);
  });

  test("a reader that goes away ends the writing and nothing else", async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput(stdout, stderr, {});

    stdout.destroy(Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
    await new Promise((resolve) => stdout.once("close", resolve));
    output.result("a");
    await output.flush();

    expect(output.readerGone.aborted).toBe(true);
    expect(output.failure).toBeUndefined();
  });
});
