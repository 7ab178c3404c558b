import { describe, expect, test } from "vitest";
import { settlesWithin } from "./settle.ts";

describe("settlesWithin", () => {
  test.each([
    ["work that ends well", () => Promise.resolve(), true],
    ["work that fails", () => Promise.reject(new Error("no")), true],
    ["work that never ends", () => new Promise(() => undefined), false],
  ])("%s", async (_name, work, expected) => {
    expect(await settlesWithin(work(), 20)).toBe(expected);
  });
});
