import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import { runNode } from "../testing.ts";
import { dictSuperNode } from "./dict/dict-super.ts";
import { steppedSlice } from "./list/list-actions.ts";
import { listSuperNode } from "./list/list-super.ts";

type Names = Readonly<Record<string, JsonValue>>;

function evaluate(expression: string, names: Names = {}): JsonValue {
  const { item, x, i, index, acc = 0, accumulator = 0 } = names;
  if (expression === "x > i") return Number(x) > Number(i);
  if (expression === "item * 2 + index") return Number(item) * 2 + Number(index);
  if (expression === "acc + x") return Number(acc) + Number(x);
  if (expression === "accumulator") return accumulator;
  throw new TypeError(`not known: ${expression}`);
}

describe("ListSuperNode", () => {
  test.each<[string, Names, Names]>([
    ["Create List", { item1: "a", item3: 0 }, { list: ["a", 0], length: 2 }],
    ["Get Item", { list: [1, 2], index: -1 }, { item: 2, found: true }],
    ["Get Item", { list: [1, 2], index: -1, negative_index: false }, { item: null, found: false }],
    ["Get Item", { list: [null], default_value: "x" }, { item: null, found: true }],
    ["Get Item", { list: [], default_value: "x" }, { item: "x", found: false }],
    ["Length", { list: [] }, { length: 0, is_empty: true }],
    ["Contains", { list: [1, 2, "1"], item: 1 }, { contains: true, index: 0, count: 2 }],
    ["Append", { list: [1], item: [2] }, { list: [1, [2]], length: 2 }],
    ["Append", { list: [1], item: [2, 3], extend: true, position: "start" }, { list: [2, 3, 1], length: 3 }],
    ["Append", { list: [1, 2], item: 9, position: "index", insert_index: 1 }, { list: [1, 9, 2], length: 3 }],
    ["Append", { list: [1, 2], item: 9, position: "index", insert_index: -1 }, { list: [1, 9, 2], length: 3 }],
    ["Slice", { list: [0, 1, 2, 3], start: 1, end: -1 }, { slice: [1, 2], length: 2 }],
    ["Slice", { list: [0, 1, 2, 3], step: -2 }, { slice: [3, 1], length: 2 }],
    [
      "Sort",
      { list: [{ a: 1 }, { a: 2 }], sort_key: "a", descending: true },
      { sorted: [{ a: 2 }, { a: 1 }], length: 2 },
    ],
    ["Reverse", { list: [1, 2] }, { reversed: [2, 1], length: 2 }],
    ["Unique", { list: [1, 1, 2] }, { unique: [1, 2], length: 2, duplicates_removed: 1 }],
    ["Filter", { list: [0, 5, 1], expression: "x > i" }, { filtered: [5], rejected: [0, 1], length: 1 }],
    ["Map", { list: [1, 2], expression: "item * 2 + index" }, { mapped: [2, 5], length: 2 }],
    ["Reduce", { list: [1, "2"] }, { result: 3 }],
    ["Reduce", { list: [1, 2], initial: 10 }, { result: 13 }],
    ["Reduce", { list: [3, 2], reduce_operation: "product", initial: 2 }, { result: 12 }],
    ["Reduce", { list: [3, 2], reduce_operation: "min", initial: 1 }, { result: 2 }],
    ["Reduce", { list: [3, 2], reduce_operation: "max" }, { result: 3 }],
    ["Reduce", { list: ["a", "b"], reduce_operation: "concat" }, { result: "ab" }],
    ["Reduce", { list: [[1], 2, [[3]]], reduce_operation: "concat" }, { result: [1, 2, [3]] }],
    ["Reduce", { list: [1, 2, 3], reduce_operation: "custom", expression: "acc + x" }, { result: 6 }],
    ["Reduce", { list: [1, 2], reduce_operation: "custom", expression: "acc + x", initial: 5 }, { result: 8 }],
    ["Reduce", { list: [7, 2], reduce_operation: "custom", expression: "accumulator" }, { result: 7 }],
    ["Reduce", { list: [], reduce_operation: "custom", initial: 1 }, { result: 1 }],
    ["Reduce", { initial: 4 }, { result: 4 }],
    ["Reduce", {}, { result: null }],
    ["Flatten", { list: [1, [2, [3, [4]]]] }, { flattened: [1, 2, 3, 4], length: 4 }],
    ["Flatten", { list: [1, [2, [3]]], depth: 1 }, { flattened: [1, 2, [3]], length: 3 }],
    ["Join", { list: ["a", null, 1] }, { result: "a, , 1" }],
  ])("%s of %j gives %j", async (action, config, outputs) => {
    expect((await runNode(listSuperNode, { action, ...config }, { evaluate })).outputs).toEqual(outputs);
  });

  test("takes further items, and gets an item when no action is named", async () => {
    const created = await runNode(
      listSuperNode,
      { action: "Create List", item1: 1 },
      { extra: { item12: 12, item4: 4 } },
    );
    expect(created.outputs).toEqual({ list: [1, 4, 12], length: 3 });
    expect((await runNode(listSuperNode, { list: ["a"] })).outputs).toEqual({ item: "a", found: true });
  });

  test.each(["Filter", "Map"])("%s needs an expression, and its errors are errors", async (action) => {
    await expect(runNode(listSuperNode, { action, list: [1] })).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
    const wrong = runNode(listSuperNode, { action, list: [1], expression: "?" }, { evaluate });
    await expect(wrong).rejects.toThrow("not known");
  });

  test("a step of 0 is refused", async () => {
    await expect(runNode(listSuperNode, { action: "Slice", step: 0 })).rejects.toThrow("must not be 0");
  });
});

describe("steppedSlice", () => {
  test.each<[number | undefined, number | undefined, number, number[]]>([
    [undefined, undefined, 1, [0, 1, 2, 3, 4]],
    [undefined, undefined, -1, [4, 3, 2, 1, 0]],
    [3, 0, -1, [3, 2, 1]],
    [-2, undefined, 1, [3, 4]],
    [-100, 100, 2, [0, 2, 4]],
    [100, -100, -2, [4, 2, 0]],
    [3, 1, 1, []],
  ])("[%j:%j:%d]", (start, end, step, result) => {
    expect(steppedSlice([0, 1, 2, 3, 4], { start, end, step })).toEqual(result);
  });

  const bound = fc.option(fc.integer({ min: -8, max: 8 }), { nil: undefined });

  prop.prop([fc.array(fc.integer(), { maxLength: 6 }), bound, bound])("with step 1 is slice", (list, start, end) => {
    expect(steppedSlice(list, { start, end, step: 1 })).toEqual(list.slice(start, end));
  });
});

describe("DictSuperNode", () => {
  const dict = { a: 1, none: null, deep: { list: [{ b: 2 }] } };

  test.each<[string, Names, Names]>([
    ["Create Dict", { key1: "a", value1: 1, key2: "", key3: 3 }, { dict: { a: 1, "3": null }, count: 2 }],
    ["Get Value", { dict, key: "a" }, { value: 1, found: true }],
    ["Get Value", { dict, key: "none", default_value: "x" }, { value: null, found: true }],
    ["Get Value", { dict, key: "toString", default_value: "x" }, { value: "x", found: false }],
    ["Get Value", { dict, key: "z" }, { value: null, found: false }],
    ["Get Property", { dict, path: "deep.list[0].b" }, { value: 2, found: true }],
    ["Get Property", { dict, path: "deep/list/0/b", separator: "/" }, { value: 2, found: true }],
    ["Get Property", { dict, path: "deep.x", default_value: "d" }, { value: "d", found: false }],
    ["Get Property", { dict, separator: "/" }, { value: dict, found: true }],
    ["Has Key", { dict, key: "none" }, { has_key: true }],
    ["Get Keys", { dict }, { keys: ["a", "none", "deep"], count: 3 }],
    ["Get Values", { dict: { a: 1 } }, { values: [1], count: 1 }],
    ["Get Items", { dict: { a: 1 } }, { items: [{ key: "a", value: 1 }], count: 1 }],
    ["Set Value", { dict: { a: 1 }, key: "a", value: 2 }, { dict: { a: 2 }, previous: 1, was_update: true }],
    ["Set Value", { key: "a" }, { dict: { a: null }, previous: null, was_update: false }],
    ["Remove Key", { dict: { a: 1 }, key: "a" }, { dict: {}, removed_value: 1, was_removed: true }],
    [
      "Remove Key",
      { dict: { a: 1 }, key: "b", ignore_missing: true },
      { dict: { a: 1 }, removed_value: null, was_removed: false },
    ],
    ["Merge", { dict1: { a: 1, b: 1 }, dict2: { b: 2 } }, { merged: { a: 1, b: 2 }, count: 2 }],
    ["Merge", { dict1: { b: 1 }, dict2: { b: 2, c: 3 }, overwrite: false }, { merged: { b: 1, c: 3 }, count: 2 }],
    [
      "Merge",
      { dict1: { d: { a: 1, b: 1 } }, dict2: { d: { b: 2, c: 3 } }, deep_merge: true },
      { merged: { d: { a: 1, b: 2, c: 3 } }, count: 1 },
    ],
    ["Parse JSON", { json_string: "[1]" }, { data: [1], success: true, error: "" }],
    ["To JSON", { data: { b: 1, a: "é" } }, { json_string: '{"b":1,"a":"é"}', success: true }],
    ["To JSON", { data: [1], indent: 1 }, { json_string: "[\n 1\n]", success: true }],
  ])("%s of %j gives %j", async (action, config, outputs) => {
    expect((await runNode(dictSuperNode, { action, ...config })).outputs).toEqual(outputs);
  });

  test("text that is no JSON is told by the output success", async () => {
    const { outputs } = await runNode(dictSuperNode, { action: "Parse JSON", json_string: "{" });

    expect(outputs).toMatchObject({ data: null, success: false, error: expect.stringContaining("not JSON") as string });
  });

  test("a missing key is not removed, and none is set without a name", async () => {
    for (const config of [{ action: "Remove Key", key: "z" }, { action: "Set Value" }]) {
      await expect(runNode(dictSuperNode, { dict, ...config })).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
    }
  });

  test("merging touches no prototype", async () => {
    const dict2 = JSON.parse('{"__proto__": {"polluted": true}}') as Names;

    const { outputs } = await runNode(dictSuperNode, { action: "Merge", dict2, deep_merge: true });

    expect(outputs["merged"]).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("polluted");
  });
});
