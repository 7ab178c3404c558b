import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { didYouMean, nearName } from "./near-name.ts";

const types = ["ClickElementNode", "MathOperationNode", "HttpRequestNode", "SetVariableNode"];

describe("nearName", () => {
  test.each([
    ["ClickElemnetNode", "ClickElementNode"],
    ["clickelement", "ClickElementNode"],
    ["Math_Operation", "MathOperationNode"],
    ["HTTPRequestNode", "HttpRequestNode"],
    ["SetVarNode", undefined],
    ["Xylophone", undefined],
    ["", undefined],
  ])("%s means %s", (name, expected) => {
    expect(nearName(name, types)).toBe(expected);
  });

  test("short names need more than one letter in common", () => {
    expect(nearName("ab", ["xy"])).toBeUndefined();
    expect(nearName("a", ["b"])).toBeUndefined();
    expect(nearName("teh", ["the"])).toBe("the");
  });

  test("makes a question", () => {
    expect(didYouMean("reslt", ["result"])).toBe('did you mean "result"?');
    expect(didYouMean("x", [])).toBeUndefined();
  });

  prop.prop([fc.string({ minLength: 4, maxLength: 40 }), fc.nat()])(
    "finds a name with one letter left out",
    (name, at) => {
      fc.pre(name.replaceAll(/[_\-\s]/g, "").length >= 4);
      const mistyped = name.slice(0, at % name.length) + name.slice((at % name.length) + 1);
      fc.pre(!/node$/i.test(name) && !/node$/i.test(mistyped) && mistyped.replaceAll(/[_\-\s]/g, "") !== "");

      expect(nearName(mistyped, [name])).toBe(name);
    },
  );
});

test("a slip in the word Node itself is found", () => {
  expect(nearName("LogNod", ["ClickElementNode", "LogNode"])).toBe("LogNode");
});
