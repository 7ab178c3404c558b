import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../core/errors.ts";
import { readWebAddress } from "./web-address.ts";

describe("readWebAddress", () => {
  test.each([
    ["https://example.com/a?b=c", "https://example.com/a?b=c"],
    [" http://example.com ", "http://example.com"],
    ["example.com/a", "https://example.com/a"],
    ["//example.com", "https://example.com"],
    ["example.com:8080", "https://example.com:8080"],
    ["localhost:3000/x", "http://localhost:3000/x"],
    ["127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["about:blank", "about:blank"],
    ["data:text/html,hi", "data:text/html,hi"],
  ])("%s opens %s", (written, address) => {
    expect(readWebAddress(written)).toBe(address);
  });

  test.each(["", "   ", "https://", "http://a b", "file:///etc/passwd", "javascript:alert(1)", "chrome://version"])(
    "refuses %j",
    (written) => {
      expect(() => readWebAddress(written)).toThrow(expect.objectContaining({ code: "NODE_URL_INVALID" }));
    },
  );

  prop.prop([fc.string()])("gives a usable address or the one error", (text) => {
    try {
      expect(URL.canParse(readWebAddress(text))).toBe(true);
    } catch (error) {
      expect(hasCode(error, "NODE_URL_INVALID")).toBe(true);
    }
  });
});
