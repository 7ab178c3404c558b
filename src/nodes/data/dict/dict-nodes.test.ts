import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../core/json.ts";
import { runNode } from "../../testing.ts";
import { dictToJsonNode } from "../json/dict-to-json.ts";
import { jsonParseNode } from "../json/json-parse.ts";
import { createDictNode } from "./create-dict.ts";
import { dictGetNode } from "./dict-get.ts";
import { dictHasKeyNode } from "./dict-has-key.ts";
import { dictItemsNode } from "./dict-items.ts";
import { dictKeysNode } from "./dict-keys.ts";
import { dictMergeNode } from "./dict-merge.ts";
import { dictRemoveNode } from "./dict-remove.ts";
import { dictSetNode } from "./dict-set.ts";
import { dictValuesNode } from "./dict-values.ts";
import { getPropertyNode } from "./get-property.ts";

const dict = { name: "Ada", age: 30, none: null };

test("the nodes read and copy dicts", async () => {
  expect((await runNode(dictGetNode, { dict, key: "name" })).outputs).toEqual({ value: "Ada", found: true });
  expect((await runNode(dictGetNode, { dict, key: "none", default: 1 })).outputs).toEqual({ value: null, found: true });
  expect((await runNode(dictGetNode, { dict, key: "x", default: 1 })).outputs).toEqual({ value: 1, found: false });
  expect((await runNode(dictGetNode, { key: "x" })).outputs).toEqual({ value: null, found: false });
  expect((await runNode(dictSetNode, { dict, key: "age", value: 31 })).outputs).toEqual({
    result: { ...dict, age: 31 },
  });
  expect((await runNode(dictRemoveNode, { dict, key: "age" })).outputs).toEqual({
    result: { name: "Ada", none: null },
    removed_value: 30,
  });
  expect((await runNode(dictRemoveNode, { dict, key: "x" })).outputs).toEqual({ result: dict, removed_value: null });
  expect((await runNode(dictMergeNode, { dict_1: dict, dict_2: '{"age": 1}' })).outputs).toEqual({
    result: { ...dict, age: 1 },
  });
  expect((await runNode(dictKeysNode, { dict })).outputs).toEqual({ keys: ["name", "age", "none"], count: 3 });
  expect((await runNode(dictValuesNode, { dict })).outputs).toEqual({ values: ["Ada", 30, null], count: 3 });
  expect((await runNode(dictItemsNode, { dict: { a: 1 } })).outputs).toEqual({
    items: [{ key: "a", value: 1 }],
    count: 1,
  });
  expect((await runNode(dictHasKeyNode, { dict, key: "none" })).outputs).toEqual({ has_key: true });
  expect(dict).toEqual({ name: "Ada", age: 30, none: null });
});

describe("what JavaScript adds to objects is not seen, and no prototype is touched", () => {
  const inherited = ["constructor", "toString", "__proto__", "hasOwnProperty"];

  test.each(inherited)("%s", async (key) => {
    expect((await runNode(dictGetNode, { dict, key })).outputs).toEqual({ value: null, found: false });
    expect((await runNode(dictHasKeyNode, { dict, key })).outputs).toEqual({ has_key: false });
    expect((await runNode(getPropertyNode, { object: dict, property_path: key })).outputs).toEqual({ value: null });
    expect((await runNode(getPropertyNode, { object: dict, property_path: `name.${key}` })).outputs).toEqual({
      value: null,
    });

    const { outputs } = await runNode(dictSetNode, { dict: {}, key, value: { polluted: true } });

    expect(Object.hasOwn(outputs["result"] as object, key)).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("DictSetNode needs a key", async () => {
  await expect(runNode(dictSetNode, { dict, value: 1 })).rejects.toThrow("key");
});

describe("CreateDictNode", () => {
  test("keeps the types of values and leaves out what has no key", async () => {
    const run = await runNode(
      createDictNode,
      { key_1: "status", value_1: "ok", key_2: "code", value_2: 200, key_3: "", value_3: null },
      { extra: { key_4: "more", value_4: [1], key_5: "empty" } },
    );

    expect(run.outputs).toEqual({ dict: { status: "ok", code: 200, more: [1], empty: null } });
  });

  test("a value without key is not lost silently", async () => {
    const run = runNode(createDictNode, { key_1: "a", value_1: 1, value_2: 2 });

    await expect(run).rejects.toMatchObject({ code: "NODE_VALUE_INVALID", message: /value_2.*key_2/ });
  });
});

describe("GetPropertyNode", () => {
  const object = { user: { orders: [{ id: 7 }], "a.b": 1 } };

  test.each<[string, JsonValue]>([
    ["user.orders[0].id", 7],
    ["$.user.orders[-1].id", 7],
    ["user.orders.0.id", 7],
    ['user["a.b"]', 1],
    ["user['a.b']", 1],
    ["", object],
  ])("%s", async (path, value) => {
    const run = await runNode(getPropertyNode, { object, property_path: path });

    expect(run.outputs).toEqual({ value });
    expect(run.logs).toEqual([]);
  });

  test("a path that leads nowhere gives null and a warning", async () => {
    const run = await runNode(getPropertyNode, { object, property_path: "user.name" });

    expect(run.outputs).toEqual({ value: null });
    expect(run.logs).toMatchObject([{ level: "warning" }]);
  });

  test.each(["user.[", "user..x", "a[b]"])("refuses %s", async (path) => {
    await expect(runNode(getPropertyNode, { object, property_path: path })).rejects.toMatchObject({
      code: "NODE_FORMAT_INVALID",
    });
  });
});

describe("JsonParseNode", () => {
  test.each<[string, JsonValue]>([
    ['{"a": [1, true, null]}', { a: [1, true, null] }],
    ['\uFEFF"x"', "x"],
    ["12", 12],
  ])("reads %s", async (text, data) => {
    const run = await runNode(jsonParseNode, { json_string: text });

    expect(run.outputs).toEqual({ data });
    expect(run.logs).toEqual([]);
  });

  test("tells the place of an error, and nothing of the text", async () => {
    const run = runNode(jsonParseNode, { json_string: '{"password": "hunter2",}' });

    await expect(run).rejects.toMatchObject({ code: "NODE_JSON_INVALID" });
    await expect(run).rejects.toThrow(/character \d+/);
    await expect(run).rejects.not.toThrow(/hunter2/);
    await expect(run).rejects.not.toHaveProperty("cause");
  });

  test("warns of numbers that lose digits", async () => {
    const run = await runNode(jsonParseNode, {
      json_string: '{"id": 12345678901234567890, "ok": 1234567890123456, "s": "99999999999999999999", "f": 1.5e300}',
    });

    expect(run.logs).toMatchObject([{ level: "warning", message: expect.stringMatching(/^1 whole/) as string }]);
  });
});

test.each<[Record<string, JsonValue>, string]>([
  [{ dict: { b: 1, a: "é😀" } }, '{"b":1,"a":"\\u00e9\\ud83d\\ude00"}'],
  [{ dict: { b: { d: 1, c: [{ z: 1, y: 2 }] }, a: 1 }, sort_keys: true }, '{"a":1,"b":{"c":[{"y":2,"z":1}],"d":1}}'],
  [{ dict: { a: "é" }, ensure_ascii: false, indent: 1 }, '{\n "a": "é"\n}'],
  [{}, "{}"],
])("DictToJsonNode %j", async (config, json) => {
  expect((await runNode(dictToJsonNode, config)).outputs).toEqual({ json_string: json });
});
