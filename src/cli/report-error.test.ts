import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { cliErrors } from "./errors.ts";
import { createOutput } from "./output.ts";
import { reportError } from "./report-error.ts";

const textOf = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? "";

function capture(env: NodeJS.ProcessEnv = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  return { output: createOutput(stdout, stderr, env), env, stdout: () => textOf(stdout), stderr: () => textOf(stderr) };
}

describe("reportError", () => {
  test("says one sentence with its code on stderr, and nothing on stdout", () => {
    const { stdout, stderr, ...to } = capture();

    const exitCode = reportError(cliErrors.CLI_FILE_NOT_FOUND({ path: "a.json" }), { ...to, json: false });

    expect(exitCode).toBe(4);
    expect(stderr()).toBe(
      "error There is no file a.json; check the path, relative paths start in the working directory [CLI_FILE_NOT_FOUND]\n",
    );
    expect(stdout()).toBe("");
  });

  test("answers with one document when JSON is wanted", () => {
    const { stdout, stderr: _stderr, ...to } = capture();

    reportError(cliErrors.CLI_USAGE({ problem: "no" }), { ...to, json: true });

    expect(JSON.parse(stdout())).toEqual({
      error: { code: "CLI_USAGE", message: "no", details: { problem: "no" } },
      exitCode: 2,
    });
  });

  test("shows where a defect is only at log level debug", () => {
    const quiet = capture();
    const loud = capture({ CASARE_LOG_LEVEL: "debug" });
    const defect = new TypeError("x is not a function", { cause: new Error("deeper") });

    expect(reportError(defect, { ...quiet, json: false })).toBe(70);
    reportError(defect, { ...loud, json: false });

    expect(quiet.stderr()).not.toContain(" at ");
    expect(loud.stderr()).toMatch(/ at [\s\S]*caused by: Error: deeper/);
  });
});
