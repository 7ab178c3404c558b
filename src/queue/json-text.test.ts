import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { encodeJson, MAX_JSON_BYTES } from "./json-text.ts";

describe("encodeJson", () => {
  test.each<[string, unknown, string]>([
    ["leaves out properties that are undefined", { a: undefined, b: 1 }, '{"b":1}'],
    ["takes objects without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ["replaces U+0000 and half characters", ["\u0000", "\ud800\ud800", "\udc00"], '["\ufffd","\ufffd\ufffd","\ufffd"]'],
    ["replaces them in keys", { "\u0000": { "\udfff": 1 } }, '{"\ufffd":{"\ufffd":1}}'],
    ["leaves whole characters", ["🤖", "\\u0000", "\\ud800"], '["🤖","\\\\u0000","\\\\ud800"]'],
    ["takes a number as it is", -1.5e-7, "-1.5e-7"],
  ])("%s", (_, value, expected) => {
    expect(encodeJson("payload", value)).toBe(expected);
  });

  test.each<[string, unknown, string]>([
    ["NaN", { a: { b: [1, Number.NaN] } }, "payload.a.b.1: must be a finite number"],
    ["a hole", [undefined], "payload.0: JSON has no undefined"],
    ["a function", { f: () => 1 }, "payload.f: JSON has no function"],
    ["a symbol", { s: Symbol("s") }, "payload.s: JSON has no symbol"],
    ["a Map", { m: new Map() }, "payload.m: must be plain JSON data"],
    ["what is too large", "ä".repeat(MAX_JSON_BYTES / 2), `payload: is larger than ${MAX_JSON_BYTES} bytes of JSON`],
  ])("refuses %s and says where", (_, value, message) => {
    expect(() => encodeJson("payload", value)).toThrow(message);
  });

  test("ends on data that contains itself many times over", () => {
    const loop: unknown[] = [];
    loop.push(loop, loop, loop);

    expect(() => encodeJson("payload", loop)).toThrow(/levels|bytes/);
  });

  test("ends on data that is shared many times over without being deep", () => {
    let value: unknown = [1];
    for (let level = 0; level < 40; level++) value = [value, value];

    expect(() => encodeJson("payload", value)).toThrow("bytes of JSON");
  });

  property.prop([fc.jsonValue({ maxDepth: 6 })])("keeps every JSON value", (value) => {
    const normal: unknown = JSON.parse(JSON.stringify(value));

    expect(JSON.parse(encodeJson("payload", value))).toEqual(normal);
  });

  property.prop([fc.array(fc.string({ unit: "binary" }))])("writes only text that PostgreSQL stores", (texts) => {
    const text = encodeJson("payload", texts);

    const back = JSON.parse(text) as string[];
    expect(text.isWellFormed()).toBe(true);
    expect(back.every((item) => item.isWellFormed() && !item.includes("\u0000"))).toBe(true);
    expect(back.map((item) => item.length)).toEqual(texts.map((item) => item.length));
  });
});
