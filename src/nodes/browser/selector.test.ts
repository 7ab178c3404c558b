import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../core/errors.ts";
import { readSelector } from "./selector.ts";

describe("readSelector", () => {
  test.each([
    ["#save", [{ kind: "css", text: "#save" }]],
    ['[href*="x"]', [{ kind: "css", text: '[href*="x"]' }]],
    ["css=a > b", [{ kind: "css", text: "a > b" }]],
    ["#row*", [{ kind: "css", text: '[id^="row"]' }]],
    ["//a[1]", [{ kind: "xpath", text: "//a[1]" }]],
    ["(//a)[1]", [{ kind: "xpath", text: "(//a)[1]" }]],
    ["/html/body", [{ kind: "xpath", text: "/html/body" }]],
    ["./td", [{ kind: "xpath", text: "./td" }]],
    ["xpath=//a[text()='x=y']", [{ kind: "xpath", text: "//a[text()='x=y']" }]],
    ["text=Sign in", [{ kind: "text", text: "Sign in", exact: false }]],
    ['text="Sign in"', [{ kind: "text", text: "Sign in", exact: true }]],
    ["itext=SIGN", [{ kind: "itext", text: "SIGN", exact: false }]],
    ["label=First Name", [{ kind: "label", text: "First Name", exact: false }]],
    ['label="Say \\"hi\\""', [{ kind: "label", text: 'Say "hi"', exact: true }]],
    ["placeholder=Search", [{ kind: "placeholder", text: "Search", exact: false }]],
    ["testid=save", [{ kind: "testid", text: "save", exact: false }]],
    ['role=button[name="Save"]', [{ kind: "role", text: 'button[name="Save"]' }]],
    ["id=a.b", [{ kind: "css", text: '[id="a.b"]' }]],
    [
      "#form >> label=Name >> nth=-1",
      [
        { kind: "css", text: "#form" },
        { kind: "label", text: "Name", exact: false },
        { kind: "nth", index: -1 },
      ],
    ],
    [
      "frame=iframe.pay >> label=Card",
      [
        { kind: "frame", text: "iframe.pay" },
        { kind: "label", text: "Card", exact: false },
      ],
    ],
    ['text="a >> b"', [{ kind: "text", text: "a >> b", exact: true }]],
    ["text=Don't save >> visible=true", [{ kind: "text", text: "Don't save", exact: false }, { kind: "visible" }]],
    ["input[name=q]:not([type=hidden])", [{ kind: "css", text: "input[name=q]:not([type=hidden])" }]],
  ])("%s", (selector, expected) => {
    expect(readSelector(selector)).toEqual(expected);
  });

  test.each([
    ["", /it is empty/],
    ["   ", /it is empty/],
    ["#a >> ", /nothing beside/],
    ["text=", /nothing follows text=/],
    ['label=""', /nothing between the quotes/],
    ["nth=1", /must follow what it narrows/],
    ["frame=iframe.pay >> visible=true", /must follow what it narrows/],
    ["#a >> nth=x", /whole number/],
    ["#a >> visible=false", /takes true/],
    ["frame=iframe", /a frame and no element/],
    ['internal:label="x"', /there is no kind internal:label=/],
    ["#a >> internal:control=enter-frame", /there is no kind internal:control=/],
    ["_react=Button", /there is no kind _react=/],
  ])("refuses %j", (selector, reason) => {
    expect(() => readSelector(selector)).toThrow(reason);
    expect(() => readSelector(selector)).toThrow(expect.objectContaining({ code: "NODE_SELECTOR_INVALID" }));
  });

  prop.prop([fc.string()])("answers any text with steps or with the one error", (text) => {
    try {
      expect(readSelector(text).length).toBeGreaterThan(0);
    } catch (error) {
      expect(hasCode(error, "NODE_SELECTOR_INVALID")).toBe(true);
    }
  });

  prop.prop([fc.stringMatching(/^[A-Za-z][A-Za-z -]{0,20}[A-Za-z]$/)])(
    "a quoted label is that text exactly",
    (label) => {
      expect(readSelector(`label="${label}"`)).toEqual([{ kind: "label", text: label, exact: true }]);
    },
  );
});
