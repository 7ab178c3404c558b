import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { storableJson } from "./storable-json.ts";

describe("storableJson", () => {
  test.each([
    { value: { a: "\u0000" }, expected: '{"a":"\uFFFD"}' },
    { value: ["\ud83d", { "\u0000k": [1, null, true] }], expected: '["\uFFFD",{"\uFFFDk":[1,null,true]}]' },
    { value: "\\u0000", expected: '"\\\\u0000"' },
    { value: "😀", expected: '"😀"' },
  ] satisfies { value: JsonValue; expected: string }[])("of $value is $expected", ({ value, expected }) => {
    expect(storableJson(value)).toBe(expected);
  });

  prop.prop([fc.jsonValue({ stringUnit: "binary" })])("holds no text that PostgreSQL refuses", (value) => {
    const text = storableJson(value as JsonValue);
    const strings: string[] = [];
    JSON.parse(text, (key, item: unknown) => {
      strings.push(key);
      if (typeof item === "string") strings.push(item);
      return item;
    });

    expect(strings.every((item) => item.isWellFormed() && !item.includes("\u0000"))).toBe(true);
  });

  prop.prop([fc.jsonValue()])("leaves clean values as they are", (value) => {
    expect(JSON.parse(storableJson(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
