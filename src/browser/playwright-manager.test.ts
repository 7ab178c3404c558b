import { expect, test } from "vitest";
import { closePlaywrightSingleton, getPlaywrightSingleton, PlaywrightManager } from "./playwright-manager.ts";

test("the singleton is one manager until it is closed, and starts nothing by itself", async () => {
  const first = getPlaywrightSingleton();

  expect(first).toBeInstanceOf(PlaywrightManager);
  expect(getPlaywrightSingleton()).toBe(first);
  expect(first.running).toBeUndefined();
  await closePlaywrightSingleton();
  const second = getPlaywrightSingleton();
  await closePlaywrightSingleton();
  expect(second).not.toBe(first);
  expect(() => second.openSession({ jobId: "1" })).toThrow(expect.objectContaining({ code: "BROWSER_CLOSED" }));
});
