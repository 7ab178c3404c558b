import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../core/errors.ts";
import { readCookies } from "./cookies.ts";

describe("readCookies", () => {
  test("reads what export gives", () => {
    const cookie = { name: "a", value: "1", domain: "x.test", path: "/b", expires: 99, httpOnly: true, secure: true };

    expect(readCookies(JSON.stringify([{ ...cookie, sameSite: "Lax" }]))).toEqual([{ ...cookie, sameSite: "Lax" }]);
  });

  test("reads what browser extensions export", () => {
    const text = JSON.stringify([
      { name: "a", value: "1", domain: ".x.test", expirationDate: 99.5, sameSite: "no_restriction", hostOnly: false },
      { name: "b", value: "", domain: "x.test", expires: -1, sameSite: null },
    ]);

    expect(readCookies(text)).toEqual([
      { name: "a", value: "1", domain: ".x.test", path: "/", expires: 99.5, sameSite: "None" },
      { name: "b", value: "", domain: "x.test", path: "/" },
    ]);
  });

  test.each(["", "{", "{}", '["secret"]', '[{"name":"a","value":"secret"}]'])(
    "refuses %j without quoting it",
    (text) => {
      expect(() => readCookies(text)).toThrow(
        expect.objectContaining({
          code: "NODE_VALUE_INVALID",
          message: expect.not.stringContaining("secret") as string,
        }),
      );
    },
  );

  prop.prop([fc.json()])("gives cookies or the one error", (text) => {
    try {
      expect(Array.isArray(readCookies(text))).toBe(true);
    } catch (error) {
      expect(hasCode(error, "NODE_VALUE_INVALID")).toBe(true);
    }
  });
});
