import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { explainStartFailure } from "./start-failure.ts";

const line = (level: string, text: string) => `2026-01-01 10:00:00.000 UTC [42] ${level}:  ${text}\n`;

describe("explainStartFailure", () => {
  test.each([
    {
      log:
        line("LOG", 'could not bind IPv4 address "127.0.0.1": Address already in use') +
        line("HINT", "Is another postmaster already running on port 5432? If not, wait a few seconds and retry.") +
        line("WARNING", 'could not create listen socket for "127.0.0.1"') +
        line("FATAL", "could not create any TCP/IP sockets"),
      expected: { kind: "port-in-use" },
    },
    {
      log:
        line("FATAL", 'lock file "postmaster.pid" already exists') +
        line("HINT", 'Is another postmaster (PID 7) running in data directory "/x"?'),
      expected: { kind: "running" },
    },
    {
      log:
        line("FATAL", "pre-existing shared memory block (key 1, ID 2) is still in use") +
        line("HINT", 'Terminate any old server processes associated with data directory "/x".'),
      expected: { kind: "lingering" },
    },
    {
      log: line("FATAL", 'could not write lock file "postmaster.pid": No space left on device'),
      expected: { kind: "full", reason: 'could not write lock file "postmaster.pid": No space left on device' },
    },
    {
      log:
        line("LOG", "invalid checkpoint record") + line("PANIC", "could not locate a valid checkpoint record at 0/1"),
      expected: { kind: "corrupt" },
    },
    { log: line("FATAL", "incorrect checksum in control file"), expected: { kind: "corrupt" } },
    {
      log: 'postgres: could not find the database system\nExpected to find it in the directory "/x",\nbut could not open file "/x/global/pg_control": No such file or directory\n',
      expected: { kind: "corrupt" },
    },
    {
      log: line("FATAL", 'invalid value for parameter "shared_buffers": "nonsense"'),
      expected: { kind: "other", reason: 'invalid value for parameter "shared_buffers": "nonsense"' },
    },
    {
      log: line("FATAL", "could not map anonymous shared memory: Cannot allocate memory"),
      expected: { kind: "other", reason: "could not map anonymous shared memory: Cannot allocate memory" },
    },
    {
      log: line("FATAL", 'could not open file "global/pg_control": Permission denied'),
      expected: { kind: "other", reason: 'could not open file "global/pg_control": Permission denied' },
    },
    { log: "", expected: { kind: "other", reason: "it ended without a message" } },
  ])("$expected.kind", ({ log, expected }) => {
    expect(explainStartFailure(log)).toMatchObject(expected);
  });

  prop.prop([fc.string()])("answers for any text", (text) => {
    expect(explainStartFailure(text).kind).toBeTypeOf("string");
  });
});
