import { expect, test } from "vitest";
import { orchestratorConfig } from "./config.ts";

test("listens on the loopback unless told otherwise", () => {
  expect(orchestratorConfig.parse({})).toEqual({
    PORT: 8_000,
    HOST: "127.0.0.1",
    ARTIFACT_MAX_BYTES: 268_435_456,
    BODY_MAX_BYTES: 12_582_912,
    ROBOT_OFFLINE_MS: 30_000,
  });
});

test.each([{ PORT: "70000" }, { PORT: "x" }, { HOST: "" }, { ARTIFACT_MAX_BYTES: "0" }])("refuses %j", (settings) => {
  expect(orchestratorConfig.safeParse(settings).success).toBe(false);
});
