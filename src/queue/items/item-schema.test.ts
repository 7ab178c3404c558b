import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { compileItemSchema } from "./item-schema.ts";

/** Of a value under the key `v`; `undefined` when it is right. */
function problemOf(schema: JsonObject | boolean, v: JsonValue): string | undefined {
  const [issue] = compileItemSchema({ properties: { v: schema } })({ v });
  return issue && `${issue.path.join(".")} ${issue.message}`;
}

describe("each word is checked", () => {
  test.each<[JsonObject, readonly JsonValue[], readonly JsonValue[]]>([
    [{ type: "string" }, [""], [1, null, {}, []]],
    [{ type: "integer" }, [1, -2, 3.0], [1.5, "1"]],
    [{ type: "number" }, [1.5], ["1", true]],
    [{ type: "boolean" }, [true], [0]],
    [{ type: "object" }, [{}], [[], null]],
    [{ type: "array" }, [[]], [{}]],
    [{ type: "null" }, [null], [0, ""]],
    [{ type: ["string", "null"] }, ["", null], [1]],
    [{ enum: ["a", 1, { x: 1, y: 2 }] }, ["a", 1, { y: 2, x: 1 }], ["b", { x: 1 }]],
    [{ const: [1] }, [[1]], [[2], 1]],
    [{ const: null }, [null], [0]],
    [{ required: ["a"] }, [{ a: 1 }, "no object"], [{}]],
    [{ properties: { a: { type: "number" } }, additionalProperties: false }, [{ a: 1 }, {}], [{ a: "1" }, { b: 1 }]],
    [{ additionalProperties: { type: "number" } }, [{ a: 1 }], [{ a: "1" }]],
    [{ items: { type: "number" } }, [[], [1], "no list"], [["1"]]],
    [{ items: false }, [[]], [[1]]],
    [{ minItems: 1, maxItems: 2 }, [[1], [1, 2], "x"], [[], [1, 2, 3]]],
    [{ minLength: 2, maxLength: 3 }, ["ab", "abc", "\u{1F600}\u{1F600}", 1], ["a", "abcd", "\u{1F600}"]],
    [{ minimum: 1, maximum: 3 }, [1, 3, "0"], [0, 4]],
    [{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, [2], [1, 3]],
    [{ pattern: "^INV-\\d+$" }, ["INV-1", 7], ["INV-", "xINV-1"]],
    [{ pattern: "b" }, ["abc"], ["ac"]],
    [{ format: "date" }, ["2026-01-31", 1], ["2026-02-30", "31.1.2026"]],
    [{ format: "date-time" }, ["2026-01-31T10:00:00+02:00"], ["2026-01-31"]],
    [{ format: "email" }, ["ada@example.org"], ["ada"]],
    [{ format: "uri" }, ["https://example.org/x"], ["example"]],
    [{ format: "uuid" }, ["019b76da-a800-7000-8000-000000000001"], ["1"]],
    [{ anyOf: [{ type: "string" }, { minimum: 5 }] }, ["x", 5], [4]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1], [0, 3]],
    [{ title: "t", description: "d", default: 1, examples: [1] }, [1, "x"], []],
  ])("%j", (schema, right, wrong) => {
    for (const value of right) expect(problemOf(schema, value)).toBeUndefined();
    for (const value of wrong) expect(problemOf(schema, value)).toMatch(/^v/);
  });
});

test("issues name the place, however deep, and never the value", () => {
  const schema = compileItemSchema({
    properties: { lines: { items: { required: ["price"], properties: { price: { type: "number" } } } } },
  });

  const issues = schema({ lines: [{ price: 1 }, {}, { price: "secret" }] });

  expect(issues.map(({ path }) => path.join("."))).toEqual(["lines.1.price", "lines.2.price"]);
  expect(JSON.stringify(issues)).not.toContain("secret");
});

describe("a schema is refused", () => {
  let deep: JsonObject = {};
  for (let level = 0; level < 40; level++) deep = { items: deep };
  test.each<[string, JsonObject, string]>([
    ["for a word that is not checked", { properties: { a: { $ref: "#" } } }, "itemSchema.properties.a.$ref"],
    ["for a word of objects' own", { constructor: {} }, "itemSchema.constructor"],
    ["for a type that does not exist", { type: "text" }, "itemSchema.type"],
    ["for a pattern that only backtracking can match", { pattern: "(a)\\1" }, "itemSchema.pattern"],
    ["for a format that is not checked", { format: "iban" }, "itemSchema.format"],
    ["for a limit that is no number", { minimum: "1" }, "itemSchema.minimum"],
    ["for properties that are none", { properties: [] }, "itemSchema.properties"],
    ["for names that are none", { required: "a" }, "itemSchema.required"],
    ["for an empty choice", { anyOf: [] }, "itemSchema.anyOf"],
    ["for an empty list of values", { enum: [] }, "itemSchema.enum"],
    ["for a schema that is none", { items: 1 }, "itemSchema.items"],
  ])("%s", (_, schema, path) => {
    expect(() => compileItemSchema(schema)).toThrow(
      expect.objectContaining({ code: "WORK_QUEUE_INVALID", details: expect.objectContaining({ path }) }),
    );
  });

  test("that nests too deep", () => {
    expect(() => compileItemSchema(deep)).toThrow(expect.objectContaining({ code: "WORK_QUEUE_INVALID" }));
  });
});

test("a pattern that would make a backtracking engine spin takes no time", () => {
  const schema = compileItemSchema({ properties: { v: { pattern: "^(a+)+$" } } });

  const startedMs = performance.now();
  expect(schema({ v: `${"a".repeat(50_000)}!` })).toHaveLength(1);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

prop.prop([fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())])(
  "whatever the schema and the data: a refusal or a verdict, no other failure",
  (schema, data) => {
    try {
      compileItemSchema({ anyOf: [schema as JsonValue] })(data as JsonObject);
    } catch (error) {
      expect(error).toMatchObject({ code: "WORK_QUEUE_INVALID" });
    }
  },
);
