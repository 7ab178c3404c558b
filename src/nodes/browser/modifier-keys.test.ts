import { expect, test } from "vitest";
import { modifierKeys } from "./modifier-keys.ts";

test.each([
  [undefined, []],
  ["", []],
  ["Control, Shift", ["Control", "Shift"]],
  ['["Alt"]', ["Alt"]],
  [["Meta"], ["Meta"]],
])("%j holds %j", (given, keys) => {
  expect(modifierKeys.parse(given)).toEqual(keys);
});

test("unknown keys are refused", () => {
  expect(modifierKeys.safeParse("Hyper").success).toBe(false);
});
