import { spawn } from "node:child_process";
import { once } from "node:events";
import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { identifyProcess, parsePostmasterPid } from "./postmaster-pid.ts";

describe("parsePostmasterPid", () => {
  test.each([
    {
      text: "4711\n/data\n1700000000\n5433\n\n127.0.0.1\n  1234 5\nready   \n",
      expected: { pid: 4711, port: 5433, status: "ready" },
    },
    { text: "4711\n/data\n1700000000\n5433\n", expected: { pid: 4711, port: 5433, status: "" } },
    { text: "4711\n", expected: { pid: 4711, port: 0, status: "" } },
    { text: "", expected: undefined },
    { text: "-42\n/data\n", expected: undefined },
  ])("$text", ({ text, expected }) => {
    expect(parsePostmasterPid(text)).toEqual(expected);
  });

  prop.prop([fc.string()])("never gives an id that would signal more than one process", (text) => {
    expect(parsePostmasterPid(text)?.pid ?? 1).toBeGreaterThan(0);
  });
});

describe("identifyProcess", () => {
  test("a process id that somebody else has now is not the server", async () => {
    expect(await identifyProcess(process.pid, "/data")).toBe("other");
  });

  test("a process that has ended is nothing", async () => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(child, "exit");

    expect(await identifyProcess(child.pid ?? 0, "/data")).toBe("nothing");
  });
});
