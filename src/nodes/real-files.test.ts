import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { compileWorkflow, createRegistry, parseWorkflowText, type RunReport, runPlan } from "../execution/index.ts";
import { createHttpClient } from "../http/index.ts";
import { allNodes } from "./all-nodes.ts";
import { createFileSpace } from "./open-file-space.ts";
import { typeAliases } from "./type-aliases.ts";

/** Workflow files of the predecessor; set CASARE_WORKFLOWS_DIR to the folder that holds node_tests and stress_test_v1. */
const folder = process.env["CASARE_WORKFLOWS_DIR"] ?? "";
const isThere = folder !== "" && existsSync(path.join(folder, "stress_test_v1"));

let workDir: string;

beforeEach(() => {
  workDir = realpathSync(mkdtempSync(path.join(tmpdir(), "real-files-")));
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

interface Run {
  readonly report: RunReport;
  readonly logs: readonly string[];
  readonly outputs: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
}

async function runFile(name: string): Promise<Run> {
  const registry = createRegistry(allNodes, typeAliases);
  const parsed = parseWorkflowText(readFileSync(path.join(folder, name), "utf8"));
  if (parsed.file === undefined) throw new Error(JSON.stringify(parsed.issues));
  const { plan, issues } = compileWorkflow(parsed.file, registry);
  if (plan === undefined) throw new Error(JSON.stringify(issues));
  const logs: string[] = [];
  const offered: Readonly<Record<string, unknown>> = {
    files: createFileSpace({ workDir, forbidden: [] }),
    http: createHttpClient(),
  };
  const report = await runPlan(plan, {
    capabilities: { get: (capability) => Promise.resolve(offered[capability]) },
    onEvent: (event) => {
      if (event.type === "log" && event.level === "info") logs.push(event.message);
    },
  });
  return { report, logs, outputs: report.variables as Run["outputs"] };
}

const unless = isThere ? "" : " (CASARE_WORKFLOWS_DIR names no folder with such files: not run)";

describe.skipIf(!isThere)(`workflow files of the predecessor${unless}`, () => {
  test("task_1: the sum of a list", async () => {
    const { report, logs } = await runFile("stress_test_v1/task_1.json");

    expect(report).toMatchObject({ status: "completed", unreached: [], variables: { total_sum: 15 } });
    expect(logs).toEqual(["The total sum is: 15"]);
  });

  test("task_2: a greeting of a dict", async () => {
    const { logs } = await runFile("stress_test_v1/task_2.json");

    expect(logs).toEqual(["Hello, my name is Alice and I am 30 years old"]);
  });

  test("task_3: a chain of calculations", async () => {
    const { report, logs } = await runFile("stress_test_v1/task_3.json");

    expect(report.variables["subtract_step"]).toEqual({ result: 40 });
    expect(logs).toEqual(["The final result is: 40"]);
  });

  test("task_6: a condition in a loop", async () => {
    const { report, logs } = await runFile("stress_test_v1/task_6.json");

    expect(report.status).toBe("completed");
    expect(logs).toEqual(["Found number greater than 20: 25", "Found number greater than 20: 40"]);
  });

  test("task_9: a dict keeps its number a number", async () => {
    const { report, logs } = await runFile("stress_test_v1/task_9.json");

    expect(report.variables["create_status_dict"]).toEqual({ dict: { status: "ok", code: 200 } });
    expect(logs).toEqual(['Dictionary content: {"status":"ok","code":200}']);
  });

  test("batch_1_1: variables and dicts, with the port names the file made up", async () => {
    const { report, outputs } = await runFile("node_tests/batch_1_1_variables.json");

    expect(report).toMatchObject({ status: "completed", unreached: [] });
    expect(report.variables).toMatchObject({
      my_string: "Hello World",
      my_int: 52,
      my_list: [1, 2, 3],
      my_dict: { a: 1, b: 2 },
    });
    expect(outputs["dict_has_key"]).toEqual({ has_key: true });
    expect(outputs["dict_keys"]).toEqual({ keys: ["name", "age", "city", "country"], count: 4 });
    expect(outputs["dict_remove"]).toEqual({
      result: { name: "Alice", age: 30, city: "NYC", country: "USA", y: 200 },
      removed_value: 100,
    });
    expect(outputs["dict_to_json"]).toEqual({
      json_string: '{"name":"Alice","age":30,"city":"NYC","country":"USA","y":200}',
    });
    expect(outputs["create_list"]).toEqual({ list: ["apple", "banana", "cherry", "date", "elderberry"] });
    expect(outputs["json_parse"]).toEqual({ data: { parsed: true, count: 5 } });
  });

  test("batch_1_2: lists", async () => {
    const { report, outputs, logs } = await runFile("node_tests/batch_1_2_lists.json");

    expect(report).toMatchObject({ status: "completed", unreached: [] });
    expect(outputs).toMatchObject({
      list_get_item: { item: 5 },
      list_contains: { contains: true, index: 2 },
      list_length: { length: 7 },
      list_reverse: { result: [10, 9, 8, 5, 3, 3, 1] },
      list_slice: { result: [3, 8, 1] },
      list_flatten: { result: [1, 2, 3, 4, 5, 6] },
    });
    expect((outputs["shuffle_list"] as { result: string[] }).result.toSorted()).toEqual(["apple", "banana", "cherry"]);
    expect(logs).toEqual(["All list tests passed! Joined: apple, banana, cherry"]);
  });

  test("batch_1_5: branches, loops and a switch that is wired by index", async () => {
    const { report, logs } = await runFile("node_tests/batch_1_5_control_flow.json");

    expect(report.status).toBe("completed");
    expect(report.variables["counter"]).toBe(3);
    expect(logs).toEqual([
      "Value is greater than 50",
      "Item: A",
      "Item: B",
      "Item: C",
      "Counter: 1",
      "Counter: 2",
      "Counter: 3",
      "Selected: Option B",
      "All control flow tests passed!",
    ]);
  });

  test("batch_2_1: files", async () => {
    const { report, outputs } = await runFile("node_tests/batch_2_1_files.json");

    expect(report).toMatchObject({ status: "completed", unreached: [] });
    expect(outputs).toMatchObject({
      fs_exists: { exists: true },
      fs_read: { content: "Hello World!", size: 12 },
      fs_list: { count: 2 },
    });
    const out = path.join(workDir, "test_output", "node_tests_v2");
    expect(readdirSync(out)).toEqual(["test.txt"]);
    expect(readFileSync(path.join(out, "test.txt"), "utf8")).toBe("Hello World!\nAppended!");
  });

  test("batch_5_1: random values and a comment", async () => {
    const { report, outputs, logs } = await runFile("node_tests/batch_5_1_utility.json");

    expect(report.status).toBe("completed");
    expect(outputs["random_string"]?.["result"]).toMatch(/^[A-Za-z0-9]{10}$/);
    expect(logs).toEqual([expect.stringMatching(/^Utility tests passed! Random: \d[\d.]*, UUID: [0-9a-f-]{36}$/)]);
  });

  test("batch_7_1: dict nodes that nothing is connected with", async () => {
    const { report, outputs } = await runFile("node_tests/batch_7_1_dict.json");

    expect(report).toMatchObject({ status: "completed", unreached: [] });
    expect(outputs).toMatchObject({
      create_dict: { dict: {} },
      dict_set: { result: { name: "test" } },
      dict_get: { found: false },
      dict_to_json: { json_string: "{}" },
    });
  });
});
