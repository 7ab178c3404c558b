import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../core/json.ts";
import { runNode } from "../../testing.ts";
import { createListNode } from "./create-list.ts";
import { mapItems } from "./item-values.ts";
import { listAppendNode } from "./list-append.ts";
import { listContainsNode } from "./list-contains.ts";
import { listFilterNode } from "./list-filter.ts";
import { listFlattenNode } from "./list-flatten.ts";
import { listGetItemNode } from "./list-get-item.ts";
import { listJoinNode } from "./list-join.ts";
import { listLengthNode } from "./list-length.ts";
import { listMapNode } from "./list-map.ts";
import { listReduceNode } from "./list-reduce.ts";
import { listReverseNode } from "./list-reverse.ts";
import { listSliceNode } from "./list-slice.ts";
import { listSortNode } from "./list-sort.ts";
import { listUniqueNode } from "./list-unique.ts";

const list = [5, 3, 8, 1, 9, 3, 10];

describe("nodes that read a list", () => {
  test("length, contains, slice, join, reverse, append", async () => {
    expect((await runNode(listLengthNode, { list })).outputs).toEqual({ length: 7 });
    expect((await runNode(listLengthNode, { list: "[1, 2]" })).outputs).toEqual({ length: 2 });
    expect((await runNode(listContainsNode, { list, item: "8" })).outputs).toEqual({ contains: true, index: 2 });
    expect((await runNode(listContainsNode, { list: [{ a: 1 }], item: { a: 1 } })).outputs).toMatchObject({ index: 0 });
    expect((await runNode(listContainsNode, { list })).outputs).toEqual({ contains: false, index: -1 });
    expect((await runNode(listSliceNode, { list, start: 1, end: 4 })).outputs).toEqual({ result: [3, 8, 1] });
    expect((await runNode(listSliceNode, { list, start: -2 })).outputs).toEqual({ result: [3, 10] });
    expect((await runNode(listJoinNode, { list: ["a", null, 1, [2]] })).outputs).toEqual({ result: "a, , 1, [2]" });
    expect((await runNode(listReverseNode, { list: [1, 2, 3] })).outputs).toEqual({ result: [3, 2, 1] });
    expect((await runNode(listAppendNode, { list: [1], item: [2] })).outputs).toEqual({ result: [1, [2]] });
    expect((await runNode(listAppendNode, {})).outputs).toEqual({ result: [null] });
  });

  test("never changes the list it was given", async () => {
    const frozen = Object.freeze([3, 1, 2]);
    const nodes = [listSortNode, listReverseNode, listAppendNode, listUniqueNode, listFilterNode];

    for (const node of nodes) await runNode(node, { list: frozen });

    expect(frozen).toEqual([3, 1, 2]);
  });
});

describe("ListGetItemNode", () => {
  test.each([
    [0, 5],
    [-1, 10],
    ["2", 8],
  ])("index %j is %d", async (index, item) => {
    expect((await runNode(listGetItemNode, { list, index })).outputs).toEqual({ item });
  });

  test.each([7, -8])("index %d lies outside", async (index) => {
    const run = runNode(listGetItemNode, { list, index });

    await expect(run).rejects.toMatchObject({ code: "NODE_INDEX_OUT_OF_RANGE", message: /list of 7/ });
  });
});

test("CreateListNode takes item_1, item_2 … and further ones in the order of their numbers", async () => {
  const run = await runNode(
    createListNode,
    { item_1: "a", item_2: null, item_3: 3 },
    { extra: { item_10: "j", item_4: "d", item_x: "no", item_05: "no" } },
  );

  expect(run.outputs).toEqual({ list: ["a", null, 3, "d", "j"] });
  expect((await runNode(createListNode, { item_2: "b" })).outputs).toEqual({ list: ["b"] });
});

describe("ListSortNode", () => {
  test.each<[Record<string, JsonValue>, JsonValue]>([
    [{ list }, [1, 3, 3, 5, 8, 9, 10]],
    [{ list, reverse: true }, [10, 9, 8, 5, 3, 3, 1]],
    [{ list: ["b", "a", "B"] }, ["B", "a", "b"]],
    [{ list: ["10", 9, "2"] }, ["2", 9, "10"]],
    [{ list: ["10", "9", "1a"] }, ["10", "1a", "9"]],
    [{ list: [2, null, 1], reverse: true }, [2, 1, null]],
    [{ list: [{ a: { b: 2 } }, {}, { a: { b: 1 } }], key_path: "a.b" }, [{ a: { b: 1 } }, { a: { b: 2 } }, {}]],
    [{}, []],
  ])("%j", async (config, result) => {
    expect((await runNode(listSortNode, config)).outputs).toEqual({ result });
  });

  test.each<JsonValue[]>([
    ["a", 1],
    [{}, {}],
    [[1], [2]],
  ])("refuses values without a common order", async (...items) => {
    await expect(runNode(listSortNode, { list: items })).rejects.toMatchObject({ code: "NODE_NOT_COMPARABLE" });
  });

  prop.prop([fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), place: fc.nat() }))])(
    "keeps items of equal rank in their order",
    async (items) => {
      const numbered = items.map(({ key }, place) => ({ key, place }));
      const { outputs } = await runNode(listSortNode, { list: numbered, key_path: "key" });
      const expected = numbered.toSorted((a, b) => a.key - b.key || a.place - b.place);
      expect(outputs["result"]).toEqual(expected);
    },
  );
});

test("ListUniqueNode keeps the first of equal items; kinds differ", async () => {
  const items = [3, "3", 3, { a: 1, b: 2 }, { b: 2, a: 1 }, null, [], []];

  const run = await runNode(listUniqueNode, { list: items });

  expect(run.outputs).toEqual({ result: [3, "3", { a: 1, b: 2 }, null, []] });
});

describe("ListFilterNode", () => {
  const rows = [{ n: 1, s: "open" }, { n: "12", s: "closed" }, { s: null }];

  test.each<[Record<string, JsonValue>, readonly number[]]>([
    [{}, [0, 1, 2]],
    [{ condition: "equals", key_path: "n", value: 12 }, [1]],
    [{ condition: "not_equals", key_path: "n", value: 1 }, [1, 2]],
    [{ condition: "contains", key_path: "s", value: "e" }, [0, 1]],
    [{ condition: "contains", value: "n" }, [0, 1]],
    [{ condition: "starts_with", key_path: "s", value: "o" }, [0]],
    [{ condition: "ends_with", key_path: "s", value: "d" }, [1]],
    [{ condition: "greater_than", key_path: "n", value: 5 }, [1]],
    [{ condition: "less_than", key_path: "n", value: 5 }, [0]],
    [{ condition: "is_not_none", key_path: "s" }, [0, 1]],
    [{ condition: "is_none", key_path: "s" }, [2]],
    [{ condition: "is_truthy", key_path: "n" }, [0, 1]],
    [{ condition: "is_falsy", key_path: "n" }, [2]],
  ])("%j keeps %j", async (config, kept) => {
    const { outputs } = await runNode(listFilterNode, { list: rows, ...config });

    expect(outputs["result"]).toEqual(kept.map((index) => rows[index]));
    expect(outputs["removed"]).toEqual(rows.filter((_, index) => !kept.includes(index)));
  });

  test.each(["condition", "expression"])("%s may hold an expression over item and index", async (key) => {
    const seen: unknown[] = [];
    const evaluate = (expression: string, names = {}): JsonValue => {
      seen.push([expression, names]);
      return seen.length === 1;
    };

    const run = await runNode(listFilterNode, { list: [7, 8], [key]: "item > index", value: 1 }, { evaluate });

    expect(run.outputs).toEqual({ result: [7], removed: [8] });
    expect(seen).toEqual([
      ["item > index", { item: 7, index: 0, value: 1 }],
      ["item > index", { item: 8, index: 1, value: 1 }],
    ]);
  });

  test("a comparison without order is an error", async () => {
    const run = runNode(listFilterNode, { list: [{}], condition: "greater_than", value: 1 });

    await expect(run).rejects.toMatchObject({ code: "NODE_NOT_COMPARABLE" });
  });
});

const inList = (_: string, names: Readonly<Record<string, JsonValue>> = {}): JsonValue => [names["item"] ?? null];

describe("ListMapNode", () => {
  test.each<[Record<string, JsonValue>, JsonValue]>([
    [{}, ["1.5", "", "a ", "[1]"]],
    [{ transform: "to_upper" }, ["1.5", "", "A ", "[1]"]],
    [{ transform: "to_lower" }, ["1.5", "", "a ", "[1]"]],
    [{ transform: "trim" }, ["1.5", "", "a", "[1]"]],
    [{ transform: "get_property", key_path: "0" }, [null, null, null, 1]],
  ])("%j", async (config, result) => {
    expect((await runNode(listMapNode, { list: [1.5, null, "a ", [1]], ...config })).outputs).toEqual({ result });
  });

  test("makes numbers and lengths", async () => {
    const numbers = { list: ["4", 2.7, true] };
    expect((await runNode(listMapNode, { ...numbers, transform: "to_int" })).outputs).toEqual({ result: [4, 2, 1] });
    expect((await runNode(listMapNode, { ...numbers, transform: "to_float" })).outputs).toEqual({
      result: [4, 2.7, 1],
    });
    const sized = { list: ["a😀", [1, 2, 3], { a: 1 }, null], transform: "length" };
    expect((await runNode(listMapNode, sized)).outputs).toEqual({ result: [2, 3, 1, 0] });
  });

  test("names the item that does not convert", async () => {
    const run = runNode(listMapNode, { list: ["1", "x"], transform: "to_int" });
    await expect(run).rejects.toMatchObject({ code: "NODE_CONVERSION_FAILED", message: /Item 1/ });
    await expect(runNode(listMapNode, { list: [1], transform: "length" })).rejects.toMatchObject({
      code: "NODE_CONVERSION_FAILED",
    });
  });

  test("an expression wins over the transform", async () => {
    const run = await runNode(listMapNode, { list: [1, 2], expression: "[item]" }, { evaluate: inList });

    expect(run.outputs).toEqual({ result: [[1], [2]] });
  });
});

describe("ListReduceNode", () => {
  const values = [{ v: 2 }, { v: "3" }, { v: null }, {}];

  test.each<[string, JsonValue]>([
    ["sum", 5],
    ["product", 6],
    ["min", 2],
    ["max", "3"],
    ["avg", 2.5],
    ["count", 2],
    ["first", 2],
    ["last", "3"],
    ["join", "23"],
  ])("%s", async (operation, result) => {
    expect((await runNode(listReduceNode, { list: values, operation, key_path: "v" })).outputs).toEqual({ result });
  });

  test.each<[string, JsonValue]>([
    ["sum", 0],
    ["product", 1],
    ["count", 0],
    ["join", ""],
    ["min", null],
    ["max", null],
    ["avg", null],
    ["first", null],
    ["last", null],
  ])("%s of nothing is %j, or the initial value", async (operation, result) => {
    expect((await runNode(listReduceNode, { operation })).outputs).toEqual({ result });
    const initial = operation === "join" ? "" : 99;
    expect((await runNode(listReduceNode, { operation, initial })).outputs).toEqual({ result: initial });
  });

  test("joins with the initial value between the items", async () => {
    const run = await runNode(listReduceNode, { list: [1, 2], operation: "join", initial: "; " });

    expect(run.outputs).toEqual({ result: "1; 2" });
  });

  test("does not add up what is no number, nor beyond all numbers", async () => {
    await expect(runNode(listReduceNode, { list: [1, "x"] })).rejects.toMatchObject({ code: "NODE_CONVERSION_FAILED" });
    await expect(runNode(listReduceNode, { list: [1.7e308, 1.7e308] })).rejects.toMatchObject({
      code: "NODE_NUMBER_INVALID",
    });
  });
});

test.each<[number | undefined, JsonValue]>([
  [undefined, [1, 2, [3, [4]]]],
  [0, [[1], [2, [3, [4]]]]],
  [2, [1, 2, 3, [4]]],
  [100, [1, 2, 3, 4]],
])("ListFlattenNode opens %j levels", async (depth, result) => {
  const config = { list: [[1], [2, [3, [4]]]], ...(depth === undefined ? {} : { depth }) };

  expect((await runNode(listFlattenNode, config)).outputs).toEqual({ result });
});

describe("mapItems", () => {
  test("lets others run, and stops with the reason when the run is cancelled meanwhile", async () => {
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    let computed = 0;
    setImmediate(() => controller.abort(reason));

    const mapping = mapItems(items, controller.signal, () => {
      computed++;
    });

    await expect(mapping).rejects.toBe(reason);
    expect(computed).toBeLessThan(items.length);
  });
});
