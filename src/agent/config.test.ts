import { describe, expect, test } from "vitest";
import { agentConfig, defaultRobotName } from "./config.ts";
import { robotLabels } from "./robot-labels.ts";

test("everything has a default but the key", () => {
  expect(agentConfig.parse({})).toMatchObject({
    ORCHESTRATOR_URL: "http://127.0.0.1:8000",
    ROBOT_ENVIRONMENT: "default",
    ROBOT_MAX_JOBS: 1,
    ROBOT_DRAIN_MS: 60_000,
  });
  expect(agentConfig.parse({}).ROBOT_KEY).toBeUndefined();
});

test.each(["", "../robot", ".hidden", "a b", "a/b", "x".repeat(101)])('a robot cannot be named "%s"', (name) => {
  expect(agentConfig.safeParse({ ROBOT_NAME: name }).success).toBe(false);
});

describe("defaultRobotName", () => {
  test.each([
    { host: "build-7.example.com", expected: "build-7.example.com" },
    { host: "Anna's PC", expected: "Anna-s-PC" },
    { host: "-x", expected: "x" },
    { host: "", expected: "robot" },
  ])('of host "$host": $expected', ({ host, expected }) => {
    expect(defaultRobotName(host)).toBe(expected);
    expect(agentConfig.safeParse({ ROBOT_NAME: defaultRobotName(host) }).success).toBe(true);
  });
});

describe("robotLabels", () => {
  test("offers what nodes may need, the platform and the configured labels, each once", () => {
    expect(
      robotLabels({ hasBrowser: true, hasCommands: true, platform: "linux", configured: ["gpu", "http"] }),
    ).toEqual(["browser", "commands", "http", "files", "handles", "workItems", "linux", "gpu"]);
  });

  test.each([
    { platform: "win32", expected: "windows" },
    { platform: "darwin", expected: "macos" },
    { platform: "freebsd", expected: "freebsd" },
  ] as const)("without a browser on $platform", ({ platform, expected }) => {
    expect(robotLabels({ hasBrowser: false, hasCommands: false, platform, configured: [] })).toEqual([
      "http",
      "files",
      "handles",
      "workItems",
      expected,
    ]);
  });
});
