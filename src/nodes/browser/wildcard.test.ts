import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { expandWildcard } from "./wildcard.ts";

describe("expandWildcard", () => {
  test.each([
    ["#row*", '[id^="row"]'],
    ["#*total", '[id$="total"]'],
    ["#row*total", '[id^="row"][id$="total"]'],
    [".btn*", '[class*="btn"]'],
    [".*active", '[class*="active"]'],
    ["div.a*b", 'div[class*="a"][class*="b"]'],
    ["[name=user*]", '[name^="user"]'],
    ['input[name="*id"]', 'input[name$="id"]'],
    ["[data-x=*]", "[data-x]"],
  ])("%s becomes %s", (wild, css) => {
    expect(expandWildcard(wild)).toBe(css);
  });

  test.each([
    '[href*="x"]',
    '[href^="x"]',
    "*",
    "div > *",
    "#a *",
    ".a.b",
    'a[title="what?"]',
    "#*",
    "ul li:nth-child(2n)",
  ])("%s is CSS already and stays", (css) => {
    expect(expandWildcard(css)).toBe(css);
  });

  prop.prop([fc.string().filter((text) => !text.includes("*"))])("text without a star stays", (text) => {
    expect(expandWildcard(text)).toBe(text);
  });
});
