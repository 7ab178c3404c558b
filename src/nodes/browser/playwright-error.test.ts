import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { kindOfFailure, obstacleIn, problemOf, safeCause } from "./playwright-error.ts";

function timeoutError(message: string): Error {
  const error = new Error(message);
  error.name = "TimeoutError";
  return error;
}

describe("problemOf", () => {
  test("keeps what happened and drops the log, which holds what was typed", () => {
    const error = new Error('locator.fill: Error: Element is not an <input>\nCall log:\n  - fill("secret")');

    expect(problemOf(error)).toBe("Element is not an <input>");
    expect(safeCause(error).message).not.toContain("secret");
  });
});

describe("kindOfFailure", () => {
  test.each([
    [timeoutError("locator.click: Timeout 300ms exceeded.\nCall log:"), "timed-out"],
    [new Error("locator.click: Error: strict mode violation: getByText('x') resolved to 2 elements"), "ambiguous"],
    [new Error('locator.click: Unexpected token "" while parsing css selector "[[".'), "selector-invalid"],
    [
      new Error(
        "locator.click: SyntaxError: Failed to execute 'evaluate' on 'Document': The string '//[[' is not a valid XPath expression.",
      ),
      "selector-invalid",
    ],
    [new Error("page.evaluate: Target crashed"), "page-crashed"],
    [new Error("page.goto: Target page, context or browser has been closed"), "page-gone"],
    [new Error("locator.fill: Error: Element is not an <input>, <textarea> or [contenteditable]"), "unsuitable"],
    [new Error("page.goto: net::ERR_CONNECTION_REFUSED at http://127.0.0.1:1/"), "other"],
  ])("%s: %s", (error, kind) => {
    expect(kindOfFailure(error)).toBe(kind);
  });

  prop.prop([fc.string()])("sorts an error with any text", (text) => {
    expect(kindOfFailure(new Error(text))).not.toBe("");
    expect(problemOf(new Error(text)).length).toBeLessThanOrEqual(300);
  });
});

describe("obstacleIn", () => {
  test.each([
    ["<div> intercepts pointer events", "another element covers it"],
    ["element is not enabled", "it is disabled"],
    ["element is not visible", "it is not visible"],
    ["element is not editable", "it is read-only"],
    ["element is not stable", "it does not stop moving"],
    ["element is outside of the viewport", "it lies outside of the window and cannot be scrolled into it"],
    ["something else", undefined],
  ])("%s", (log, expected) => {
    expect(obstacleIn(new Error(`Timeout\n  - ${log}`))).toBe(expected);
  });
});
