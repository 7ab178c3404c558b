import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { limitOf, pageNameOf, pageValue, shownUrl } from "./page-node.ts";

describe("pageNameOf", () => {
  prop.prop([fc.string({ minLength: 1 })])("reads what a page port holds", (name) => {
    expect(pageNameOf(pageValue(name))).toBe(name);
    expect(pageNameOf(name)).toBe(name);
  });

  test("takes nothing for the current page", () => {
    expect([undefined, null, ""].map((value) => pageNameOf(value))).toEqual([undefined, undefined, undefined]);
  });

  test.each([5, true, [], {}, { $page: 5 }])("refuses %j", (value) => {
    expect(() => pageNameOf(value)).toThrow(expect.objectContaining({ code: "NODE_VALUE_INVALID" }));
  });
});

describe("limitOf", () => {
  test.each([
    { engineMs: undefined, ownMs: 5_000, expected: 5_000 },
    { engineMs: undefined, ownMs: 0, expected: 0 },
    { engineMs: 30_000, ownMs: 30_000, expected: 29_250 },
    { engineMs: 30_000, ownMs: 1_000, expected: 1_000 },
    { engineMs: 1_000, ownMs: 0, expected: 500 },
    { engineMs: 1, ownMs: 0, expected: 1 },
  ])("engine $engineMs, own $ownMs: $expected", ({ engineMs, ownMs, expected }) => {
    expect(limitOf({ timeoutMs: engineMs }, ownMs)).toBe(expected);
  });

  prop.prop([fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 100_000 })])(
    "ends before the engine does",
    (engineMs, ownMs) => {
      const limitMs = limitOf({ timeoutMs: engineMs }, ownMs);

      expect(limitMs).toBeGreaterThan(0);
      expect(limitMs).toBeLessThanOrEqual(engineMs);
    },
  );
});

describe("shownUrl", () => {
  test.each([
    ["https://ada:secret@example.com/a?token=secret#part", "https://example.com/a?…"],
    ["https://example.com/a", "https://example.com/a"],
    ["data:text/html,secret", "data:…"],
    ["about:blank", "about:blank"],
    ["not a url", "not a url"],
  ])("%s is shown as %s", (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  prop.prop([fc.webUrl({ withQueryParameters: true, withFragments: true })])("never shows a query", (url) => {
    expect(shownUrl(url)).not.toMatch(/\?.{2,}/);
  });
});
