import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import { runNode } from "../testing.ts";
import { logNode } from "./log.ts";
import { randomChoiceNode } from "./random-choice.ts";
import { randomNumberNode } from "./random-number.ts";
import { randomStringNode } from "./random-string.ts";
import { randomUuidNode } from "./random-uuid.ts";
import { rerouteNode } from "./reroute.ts";
import { shuffleListNode } from "./shuffle-list.ts";
import { transformNode } from "./transform.ts";
import { validateNode } from "./validate.ts";

test("RerouteNode hands its input on, whatever it is", async () => {
  expect((await runNode(rerouteNode, { in: [0] })).outputs).toEqual({ out: [0] });
  expect((await runNode(rerouteNode, {})).outputs).toEqual({ out: null });
});

describe("LogNode", () => {
  test("writes its message as it is, at level info unless told otherwise", async () => {
    const { logs } = await runNode(logNode, { message: "The total sum is: 15" });

    expect(logs).toEqual([{ level: "info", message: "The total sum is: 15", data: undefined }]);
  });

  test("takes data and a level, and prints data as a message too", async () => {
    const { logs } = await runNode(logNode, { message: { code: 200 }, data: { a: 1 }, level: "critical" });

    expect(logs).toEqual([{ level: "critical", message: '{"code":200}', data: { a: 1 } }]);
  });
});

type Names = Readonly<Record<string, JsonValue>>;

const isLarge = (expression: string, names: Names = {}): boolean => names["value"] === 5 && expression === "value > 3";
const isFive = (_: string, names: Names = {}): boolean => names["item"] === 5;

describe("ValidateNode", () => {
  test.each<[string, JsonValue, JsonValue, boolean]>([
    ["not_empty", "x", null, true],
    ["not_empty", 0, null, true],
    ["not_empty", "", null, false],
    ["not_empty", [], null, false],
    ["not_empty", {}, null, false],
    ["not_empty", null, null, false],
    ["is_string", "1", null, true],
    ["is_string", 1, null, false],
    ["is_number", 1.5, null, true],
    ["is_number", "1", null, false],
    ["is_integer", 2, null, true],
    ["is_integer", 2.5, null, false],
    ["is_boolean", false, null, true],
    ["is_boolean", 0, null, false],
    ["is_list", [], null, true],
    ["is_list", {}, null, false],
    ["is_dict", {}, null, true],
    ["is_dict", [], null, false],
    ["matches_regex", "INV-12", "INV-\\d+", true],
    ["matches_regex", "x INV-12", "INV-\\d+", false],
    ["matches_regex", 12, "\\d+", false],
    ["min_length", "abc", 3, true],
    ["min_length", [1], "2", false],
    ["min_length", 5, 1, false],
    ["max_length", "😀😀", 2, true],
    ["max_length", "abc", 2, false],
    ["min_value", "10", 10, true],
    ["min_value", 9, 10, false],
    ["min_value", [], 10, false],
    ["max_value", 10, 10, true],
    ["max_value", 11, "10", false],
    ["in_list", 2, [1, 2], true],
    ["in_list", "b", "a, b", true],
    ["in_list", "c", ["a"], false],
    ["is_email", "ada@example.org", null, true],
    ["is_email", "ada@example", null, false],
    ["is_email", 1, null, false],
    ["is_url", "https://example.org/a?b=1", null, true],
    ["is_url", "ftp://example.org", null, false],
    ["custom", 5, "value > 3", true],
    ["custom", 5, "value > 9", false],
  ])("%s of %j with %j: %s", async (type, value, parameter, valid) => {
    const run = await runNode(
      validateNode,
      { value, validation_type: type, validation_param: parameter },
      { evaluate: isLarge },
    );

    expect(run.route).toBe(valid ? "valid" : "invalid");
    expect(run.outputs["is_valid"]).toBe(valid);
    expect(run.outputs["error_message"]).toMatch(valid ? /^$/ : /^Validation failed: ./);
  });

  test("a rule without its parameter is an error, not an invalid value", async () => {
    for (const type of ["matches_regex", "min_length", "max_value", "in_list", "custom"]) {
      const run = runNode(validateNode, { value: "x", validation_type: type });
      await expect(run).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
    }
  });
});

describe("TransformNode", () => {
  test.each<[string, JsonValue, JsonValue, JsonValue]>([
    ["to_string", [1], null, "[1]"],
    ["to_integer", "42", null, 42],
    ["to_float", "1.5", null, 1.5],
    ["to_boolean", "off", null, false],
    ["to_list", "ab", null, ["a", "b"]],
    ["to_list", "[1]", null, [1]],
    ["to_list", { a: 1 }, null, [["a", 1]]],
    ["to_list", [1], null, [1]],
    ["to_list", 5, null, [5]],
    ["to_json", { a: "é" }, null, '{"a":"é"}'],
    ["from_json", '{"a": 1}', null, { a: 1 }],
    ["from_json", { a: 1 }, null, { a: 1 }],
    ["uppercase", "é", null, "É"],
    ["lowercase", "É", null, "é"],
    ["trim", " x ", null, "x"],
    ["split", "a;b", ";", ["a", "b"]],
    ["split", "a,b", null, ["a", "b"]],
    ["join", [1, "a"], "-", "1-a"],
    ["join", ["a", "b"], null, "a,b"],
    ["replace", "aXbX", { old: "X", new: "$&" }, "a$&b$&"],
    ["regex_extract", "no 12 34", "\\d+", "12"],
    ["regex_extract", "none", "\\d+", null],
    ["get_key", { a: { b: 1 } }, "a.b", 1],
    ["get_key", { a: 1 }, "constructor", null],
    ["get_index", [1, 2], -1, 2],
    ["get_index", "a😀", 1, "😀"],
    ["get_index", [1], 5, null],
    ["map_values", [{ a: 1 }, { b: 2 }, 3], "a", [1, null, 3]],
    ["filter_values", [1, null, "", 0], null, [1, 0]],
    ["filter_values", [1, 5], "item > 3", [5]],
  ])("%s of %j with %j is %j", async (type, value, parameter, result) => {
    const run = await runNode(
      transformNode,
      { value, transform_type: type, transform_param: parameter },
      { evaluate: isFive },
    );

    expect(run.outputs).toEqual({ result, success: true, error: "" });
    expect(run.variables.get("transformed")).toEqual(result);
  });

  test("param wins, and the variable may be another one or none", async () => {
    const config = { value: "a;b", transform_type: "split", param: ";", transform_param: "," };
    expect((await runNode(transformNode, { ...config, variable_name: "parts" })).variables.get("parts")).toEqual([
      "a",
      "b",
    ]);
    expect((await runNode(transformNode, { ...config, variable_name: "" })).variables.size).toBe(0);
  });

  test.each<[string, JsonValue, string]>([
    ["to_integer", "x", "NODE_CONVERSION_FAILED"],
    ["join", 5, "NODE_CONVERSION_FAILED"],
    ["from_json", "{", "NODE_JSON_INVALID"],
    ["replace", "a", "NODE_VALUE_INVALID"],
  ])("%s of %j fails with %s", async (type, value, code) => {
    await expect(runNode(transformNode, { value, transform_type: type })).rejects.toMatchObject({ code });
  });
});

const uuid = (version: number): RegExp =>
  new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

describe("random nodes", () => {
  test("a number lies between its bounds, in whichever order they come", async () => {
    expect((await runNode(randomNumberNode, {}, { random: () => 0.25 })).outputs).toEqual({ result: 25 });
    const swapped = { min_value: 10, max_value: -10 };
    expect((await runNode(randomNumberNode, swapped, { random: () => 0 })).outputs).toEqual({ result: -10 });
  });

  test.each([
    [0, 1],
    [0.34, 2],
    [0.999, 3],
  ])("whole numbers include both bounds: %d gives %d", async (dice, result) => {
    const config = { min_value: 0.5, max_value: 3.5, integer_only: true };

    expect((await runNode(randomNumberNode, config, { random: () => dice })).outputs).toEqual({ result });
  });

  test("a range without whole numbers is an error", async () => {
    const run = runNode(randomNumberNode, { min_value: 0.2, max_value: 0.8, integer_only: true });

    await expect(run).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
  });

  test("a choice is one item with its index, or several", async () => {
    const items = ["a", "b", "c"];
    expect((await runNode(randomChoiceNode, { items })).outputs).toEqual({ result: "b", index: 1 });
    const many = await runNode(randomChoiceNode, { items, count: 3 });
    expect((many.outputs["result"] as string[]).toSorted()).toEqual(items);
    const again = await runNode(randomChoiceNode, { items, count: 5, allow_duplicates: true });
    expect(again.outputs).toEqual({ result: ["b", "b", "b", "b", "b"], index: -1 });
  });

  test("nothing is chosen from an empty list, nor more than there is", async () => {
    await expect(runNode(randomChoiceNode, { items: [] })).rejects.toMatchObject({ code: "NODE_LIST_EMPTY" });
    await expect(runNode(randomChoiceNode, { items: [1], count: 2 })).rejects.toMatchObject({
      code: "NODE_VALUE_INVALID",
    });
  });

  test("text consists of the characters that were asked for", async () => {
    expect((await runNode(randomStringNode, {})).outputs["result"]).toMatch(/^[A-Za-z0-9]{8}$/);
    const digits = { length: 50, include_uppercase: false, include_lowercase: false };
    expect((await runNode(randomStringNode, digits)).outputs["result"]).toMatch(/^\d{50}$/);
    expect((await runNode(randomStringNode, { length: 3, custom_chars: "😀" })).outputs["result"]).toBe("😀😀😀");
    const special = { ...digits, include_digits: false, include_special: true };
    expect((await runNode(randomStringNode, special)).outputs["result"]).toMatch(/^[!-/:-@[-`{-~]{50}$/);
    await expect(runNode(randomStringNode, { ...digits, include_digits: false })).rejects.toMatchObject({
      code: "NODE_VALUE_INVALID",
    });
  });

  test("a UUID has the version and form that were asked for", async () => {
    expect((await runNode(randomUuidNode, {})).outputs["result"]).toMatch(uuid(4));
    expect((await runNode(randomUuidNode, { format: "hex" })).outputs["result"]).toMatch(/^[0-9a-f]{32}$/);
    expect((await runNode(randomUuidNode, { format: "urn" })).outputs["result"]).toMatch(/^urn:uuid:/);
    await expect(runNode(randomUuidNode, { version: 7 })).rejects.toThrow("1 or 4");

    const { outputs } = await runNode(randomUuidNode, { version: "1" }, { now: new Date("2022-02-22T19:22:22Z") });

    expect(outputs["result"]).toMatch(uuid(1));
    // The test vector of RFC 9562, Appendix A.1, has this time; the last digits are ours to choose.
    expect(outputs["result"]).toMatch(/^[0-9a-f]{8}-9414-11ec-/);
  });

  test("a shuffled list has the same items", async () => {
    const items = Array.from({ length: 20 }, (_, i) => i);
    const dice = [0.9, 0.1, 0.5, 0.3];
    let throws = 0;

    const run = await runNode(shuffleListNode, { items }, { random: () => dice[throws++ % dice.length] ?? 0 });

    const result = run.outputs["result"] as number[];
    expect(result).not.toEqual(items);
    expect(result.toSorted((a, b) => a - b)).toEqual(items);
  });
});
