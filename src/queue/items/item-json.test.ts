import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { encodeItemJson } from "./item-json.ts";

test("a cycle is a problem and does not hang", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = [cycle, cycle];

  expect(encodeItemJson(cycle)).toMatchObject({ kind: "problem" });
});

test("properties that are undefined are left out, entries of lists are not", () => {
  expect(encodeItemJson({ a: undefined, b: 1 })).toEqual({ kind: "text", text: '{"b":1}' });
  expect(encodeItemJson({ a: [undefined] })).toMatchObject({ kind: "problem", path: ["a", "0"] });
});

prop.prop([fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }))])("JSON objects come back unchanged", (value) => {
  const encoded = encodeItemJson(value);

  if (encoded.kind !== "text") throw new Error(encoded.message);
  const plain = JSON.stringify(value);
  const isClean = !/\\u(?:0000|d[89a-f])/i.test(plain);
  if (isClean) expect(JSON.parse(encoded.text)).toEqual(JSON.parse(plain));
});

prop.prop([fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }))])(
  "whatever the text, PostgreSQL takes it",
  (value) => {
    const encoded = encodeItemJson(value);

    expect(encoded.kind === "text" && /\\u(?:0000|d[89a-f])/.test(encoded.text.replaceAll("\\\\", ""))).toBe(false);
  },
);
