import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readLaunchProblem } from "./launch-problem.ts";

describe("readLaunchProblem", () => {
  test.each([
    {
      text: "[pid=1][err] /x/chromium: error while loading shared libraries: libnspr4.so: cannot open shared object file",
      problem: "the shared library libnspr4.so is missing",
      remedy: /libnss3/,
    },
    { text: "[err] FATAL:zygote_host_impl_linux.cc No usable sandbox!", problem: /sandbox/, remedy: /BROWSER_SANDBOX/ },
    { text: "[err] Missing X server or $DISPLAY", problem: "there is no display", remedy: /BROWSER_HEADLESS/ },
    { text: "browserType.launch: Timeout 30000ms exceeded.", problem: /in time/, remedy: /LAUNCH_TIMEOUT_MS/ },
    {
      text: "browserType.launch: Failed to launch: Error: spawn /x/chromium ENOENT\nCall log:",
      problem: "browserType.launch: Failed to launch: Error: spawn /x/chromium ENOENT",
      remedy: /--version/,
    },
  ])("$problem", ({ text, problem, remedy }) => {
    const read = readLaunchProblem(text);

    expect(read.problem).toMatch(problem);
    expect(read.remedy).toMatch(remedy);
  });

  prop.prop([fc.string()])("answers to any text, shortly", (text) => {
    expect(readLaunchProblem(text).problem.length).toBeLessThanOrEqual(300);
  });
});
