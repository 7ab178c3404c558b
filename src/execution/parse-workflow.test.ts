import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { toCanonicalJson } from "./canonical-json.ts";
import { type ParsedWorkflow, parseWorkflow, parseWorkflowText } from "./parse-workflow.ts";
import { realWorkflows } from "./testing-data.suite.ts";

const node = (config: object = {}, more: object = {}) => ({ node_type: "SetNode", config, ...more });
const line = (source: string, target: string, more: object = {}) => ({
  source_node: source,
  source_port: "exec_out",
  target_node: target,
  target_port: "exec_in",
  ...more,
});

function codes(parsed: ParsedWorkflow, severity = "error"): readonly string[] {
  return parsed.issues.filter((issue) => issue.severity === severity).map((issue) => issue.code);
}

describe("reading the text of a file", () => {
  test("tells line and column of broken JSON", () => {
    const parsed = parseWorkflowText('{\n  "nodes": {\n    "a": {,}\n  }\n}');

    expect(parsed.file).toBeUndefined();
    expect(parsed.issues).toEqual([
      {
        severity: "error",
        code: "WORKFLOW_JSON_INVALID",
        message: "Line 3, column 11: a key in double quotes is missing",
        path: "line 3, column 11",
        suggestion: "correct the JSON at this place",
      },
    ]);
  });

  test("accepts a byte order mark and Windows line ends", () => {
    const text = `\uFEFF${JSON.stringify({ nodes: { a: node() } }, null, 2).replaceAll("\n", "\r\n")}`;

    expect(parseWorkflowText(text).file?.nodes.size).toBe(1);
    expect(parseWorkflowText(`${text}\r\nx`).issues[0]?.path).toBe("line 9, column 1");
  });

  test("refuses text over the limit, and nesting over the limit", () => {
    const deep = `{"nodes": {}, "x": ${"[".repeat(70)}${"]".repeat(70)}}`;

    expect(codes(parseWorkflowText('{"nodes": {}}', { textBytes: 5 }))).toEqual(["WORKFLOW_TOO_LARGE"]);
    expect(codes(parseWorkflowText(deep))).toEqual(["WORKFLOW_TOO_DEEP"]);
    expect(codes(parseWorkflowText("[".repeat(200_000)))).toEqual(["WORKFLOW_TOO_DEEP"]);
  });

  test("refuses a key that occurs twice, as one of the two nodes would vanish", () => {
    const parsed = parseWorkflowText('{"nodes": {"a": {"node_type": "A"}, "a": {"node_type": "B"}}, "x": 1, "x": 2}');

    expect(parsed.file).toBeUndefined();
    expect(parsed.issues.map(({ code, path }) => [code, path])).toContainEqual(["WORKFLOW_DUPLICATE_KEY", "nodes.a"]);
    expect(parsed.issues.map(({ code, path }) => [code, path])).toContainEqual(["WORKFLOW_DUPLICATE_KEY", "x"]);
  });
});

describe("reading a canonical file", () => {
  test("reads nodes, connections, variables and settings", () => {
    const { file, issues } = parseWorkflow({
      metadata: { name: "Orders", description: "d", version: "2.0.0", author: "Ada" },
      nodes: { a: node({ x: 1 }, { node_id: "a", name: "First", position: [1, 2] }), b: node(undefined) },
      connections: [line("a", "b", { color: "red" })],
      variables: {
        plain: [1],
        typed: { name: "typed", type: "INTEGER", default_value: "5", sensitive: "true", required: true },
        dict: { type: "a kind of thing" },
        nothing: null,
      },
      settings: { stop_on_error: "false", timeout: "1.5", retry_count: 2, theme: "dark" },
      frames: [{ title: "f" }],
    });

    expect(issues).toEqual([]);
    expect(file?.metadata).toEqual({ name: "Orders", description: "d", version: "2.0.0", extra: { author: "Ada" } });
    expect(file?.nodes.get("a")).toEqual({
      id: "a",
      type: "SetNode",
      name: "First",
      config: { x: 1 },
      extra: { position: [1, 2] },
    });
    expect(file?.connections[0]?.extra).toEqual({ color: "red" });
    expect(file?.variables.get("plain")).toMatchObject({ type: "List", defaultValue: [1] });
    expect(file?.variables.get("typed")).toMatchObject({
      type: "Integer",
      defaultValue: 5,
      sensitive: true,
      extra: { required: true },
    });
    expect(file?.variables.get("dict")).toMatchObject({ type: "Dict", defaultValue: { type: "a kind of thing" } });
    expect(file?.variables.get("nothing")).toMatchObject({ type: "Any", defaultValue: null });
    expect(file?.settings).toEqual({
      stopOnError: false,
      nodeTimeoutMs: 1_500,
      retryCount: 2,
      extra: { theme: "dark" },
    });
    expect(file?.extra).toEqual({ frames: [{ title: "f" }] });
  });

  test("fills in what a file leaves out, and says what it is called", () => {
    const { file, issues } = parseWorkflow({ nodes: { a: { node_type: "SetNode", config: null } } });

    expect(file?.settings).toEqual({ stopOnError: true, nodeTimeoutMs: 120_000, retryCount: 0, extra: {} });
    expect(file?.metadata.name).toBe("Untitled workflow");
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([["warning", "WORKFLOW_NAME_MISSING"]]);
  });

  test.each<[string, unknown, string]>([
    ["not an object", [], "WORKFLOW_SHAPE_INVALID"],
    ["nothing", undefined, "WORKFLOW_SHAPE_INVALID"],
    ["a function inside", { nodes: {}, f: () => 1 }, "WORKFLOW_SHAPE_INVALID"],
    ["an instance inside", { nodes: {}, d: new Date() }, "WORKFLOW_SHAPE_INVALID"],
    ["NaN inside", { nodes: {}, n: Number.NaN }, "WORKFLOW_SHAPE_INVALID"],
    ["no nodes", { connections: [] }, "WORKFLOW_NODES_MISSING"],
    ["nodes of the wrong shape", { nodes: 5 }, "WORKFLOW_NODES_MISSING"],
    ["a node that is no object", { nodes: { a: 5 } }, "WORKFLOW_NODE_INVALID"],
    ["a node without type", { nodes: { a: {} } }, "WORKFLOW_NODE_INVALID"],
    ["config that is no object", { nodes: { a: node([]) } }, "WORKFLOW_NODE_INVALID"],
    ["an empty node id", { nodes: { "": node() } }, "WORKFLOW_ID_INVALID"],
    ["a node id that is too long", { nodes: { ["x".repeat(257)]: node() } }, "WORKFLOW_ID_INVALID"],
    ["connections that are no list", { nodes: {}, connections: {} }, "WORKFLOW_SHAPE_INVALID"],
    ["a connection that is no object", { nodes: {}, connections: [1] }, "WORKFLOW_CONNECTION_INVALID"],
    ["a connection without target", { nodes: {}, connections: [{ source_node: "a" }] }, "WORKFLOW_CONNECTION_INVALID"],
    [
      "a connection to nowhere",
      { nodes: { a: node() }, connections: [line("a", "b")] },
      "WORKFLOW_CONNECTION_NODE_UNKNOWN",
    ],
    ["a connection with itself", { nodes: { a: node() }, connections: [line("a", "a")] }, "WORKFLOW_SELF_CONNECTION"],
    ["variables that are text", { nodes: {}, variables: "x" }, "WORKFLOW_SHAPE_INVALID"],
    ["a variable without name", { nodes: {}, variables: [{ type: "String" }] }, "WORKFLOW_VARIABLE_INVALID"],
    ["an empty variable name", { nodes: {}, variables: { " ": 1 } }, "WORKFLOW_VARIABLE_INVALID"],
    [
      "a variable declared twice",
      { nodes: {}, variables: [{ name: "x" }, { name: "x" }] },
      "WORKFLOW_VARIABLE_INVALID",
    ],
    [
      "a default of the wrong type",
      { nodes: {}, variables: { x: { type: "Integer", default_value: "many" } } },
      "WORKFLOW_VARIABLE_INVALID",
    ],
    ["settings that are no object", { nodes: {}, settings: 1 }, "WORKFLOW_SHAPE_INVALID"],
    ["metadata that is no object", { nodes: {}, metadata: "x" }, "WORKFLOW_SHAPE_INVALID"],
    ["a negative timeout", { nodes: {}, settings: { timeout: -1 } }, "WORKFLOW_SETTINGS_INVALID"],
    ["a flag as retry count", { nodes: {}, settings: { retry_count: true } }, "WORKFLOW_SETTINGS_INVALID"],
    ["an unclear stop_on_error", { nodes: {}, settings: { stop_on_error: "maybe" } }, "WORKFLOW_SETTINGS_INVALID"],
    ["a listed node without id", { nodes: [{ node_type: "A" }] }, "WORKFLOW_NODE_INVALID"],
    ["two listed nodes with one id", { nodes: [{ node_id: "a" }, { node_id: "a" }] }, "WORKFLOW_DUPLICATE_NODE"],
  ])("refuses %s", (_what, value, code) => {
    const parsed = parseWorkflow(value);

    expect(parsed.file).toBeUndefined();
    expect(codes(parsed)).toContain(code);
  });

  test("warns of what it can put right", () => {
    const parsed = parseWorkflow({
      metadata: { name: "x" },
      nodes: { a: node({}, { node_id: "b", name: 5 }), c: node() },
      connections: [line("a", "c"), line("a", "c")],
      variables: { v: { type: "Colour", default_value: 1 } },
    });

    expect(codes(parsed, "warning")).toEqual([
      "WORKFLOW_NODE_ID_MISMATCH",
      "WORKFLOW_DUPLICATE_CONNECTION",
      "WORKFLOW_VARIABLE_TYPE_UNKNOWN",
    ]);
    expect(parsed.file?.connections).toHaveLength(1);
    expect(parsed.file?.nodes.get("a")?.extra).toEqual({ name: 5 });
  });

  test("holds the limits, which are settings", () => {
    const nodes = { a: node(), b: node(), c: node() };
    const connections = [line("a", "b"), line("b", "c")];

    expect(codes(parseWorkflow({ nodes }, { nodes: 2 }))).toEqual(["WORKFLOW_TOO_MANY_NODES"]);
    expect(codes(parseWorkflow({ nodes, connections }, { connections: 1 }))).toEqual(["WORKFLOW_TOO_MANY_CONNECTIONS"]);
    expect(codes(parseWorkflow({ nodes: { a: node({ x: "long" }) } }, { stringLength: 3 }))).toEqual([
      "WORKFLOW_STRING_TOO_LONG",
    ]);
    expect(codes(parseWorkflow({ nodes: { a: node({ x: [[]] }) } }, { depth: 4 }))).toEqual(["WORKFLOW_TOO_DEEP"]);
  });

  test("stops at a value that contains itself", () => {
    const cycle: Record<string, unknown> = { nodes: {} };
    cycle["self"] = [cycle, cycle];

    expect(codes(parseWorkflow(cycle))).toEqual(["WORKFLOW_TOO_DEEP"]);
  });

  test("reports all problems at once, each with its place and a remedy", () => {
    const parsed = parseWorkflow({
      metadata: { name: "x" },
      nodes: { first: node(), second: 5 },
      connections: [line("frist", "first"), line("first", "first")],
      settings: { timeout: "soon" },
    });

    expect(parsed.issues.map(({ code, node: id, path, suggestion }) => [code, id, path, suggestion])).toEqual([
      ["WORKFLOW_NODE_INVALID", "second", "nodes.second", undefined],
      ["WORKFLOW_CONNECTION_NODE_UNKNOWN", "frist", "connections[0]", 'did you mean "first"?'],
      [
        "WORKFLOW_SELF_CONNECTION",
        "first",
        "connections[1]",
        "remove the connection; to repeat a node, put it into a loop",
      ],
      ["WORKFLOW_SETTINGS_INVALID", undefined, "settings.timeout", undefined],
    ]);
  });

  test("keys like __proto__ and constructor are data", () => {
    const text =
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "nodes": {"__proto__": {"node_type": "A", "config": {"__proto__": {"polluted": 1}}}}, "variables": {"__proto__": 1}}';

    const { file } = parseWorkflowText(text);

    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(file?.nodes.has("__proto__")).toBe(true);
    expect(file?.variables.get("__proto__")?.defaultValue).toBe(1);
    expect(JSON.parse(JSON.stringify(file === undefined ? {} : toCanonicalJson(file)))).toMatchObject(
      JSON.parse('{"constructor": {"prototype": {"polluted": 1}}}') as object,
    );
  });
});

describe("reading a template", () => {
  const template = {
    $schema_version: "2.0.0",
    id: "tmpl",
    name: "Template",
    description: "about",
    version: "3.0.0",
    category: "Custom",
    default_variables: [{ name: "rows", data_type: "List", default_value: [1], description: "r", required: true }],
    default_settings: { default_browser: "chromium", stop_on_error: false, timeout_seconds: 60, retry_count: 1 },
    base_workflow: {
      nodes: [
        { node_id: "s", node_type: "StartNode", config: {}, display_name: "Start", position: [1, 2] },
        { node_id: "f", node_type: "ForLoopStartNode", config: {} },
      ],
      connections: [
        { from_node: "s", from_port: "out", to_node: "f", to_port: "in" },
        { from_node: "f", from_port: "loop", to_node: "s", to_port: "in", note: "x" },
        { from_node: "f", from_port: "body", to_node: "s", to_port: "in" },
      ],
    },
  };

  test("takes the graph out, keys the nodes, renames what is called differently, and notes it", () => {
    const { file, issues } = parseWorkflow(template);

    expect(file?.metadata).toEqual({ name: "Template", description: "about", version: "3.0.0", extra: {} });
    expect(file?.nodes.get("s")).toMatchObject({ name: "Start", extra: { position: [1, 2] } });
    expect(file?.connections.map((c) => `${c.sourceNode}.${c.sourcePort} > ${c.targetNode}.${c.targetPort}`)).toEqual([
      "s.exec_out > f.exec_in",
      "f.body > s.exec_in",
    ]);
    expect(file?.variables.get("rows")).toMatchObject({ type: "List", defaultValue: [1], extra: { required: true } });
    expect(file?.settings).toEqual({
      stopOnError: false,
      nodeTimeoutMs: 60_000,
      retryCount: 1,
      extra: { default_browser: "chromium" },
    });
    expect(file?.extra).toEqual({ $schema_version: "2.0.0", id: "tmpl", category: "Custom" });
    const notes = issues.filter((issue) => issue.severity === "note");
    expect(new Set(notes.map((issue) => issue.code))).toEqual(new Set(["WORKFLOW_MIGRATED"]));
    expect(notes.map((issue) => issue.message)).toEqual([
      "The workflow was taken out of the template's base_workflow",
      "The setting timeout_seconds is called timeout",
      "The list of 2 nodes was keyed by node id",
      "display_name of 1 nodes is called name",
      "from_node, from_port, to_node, to_port of 3 connections are called source_…, target_…",
      "The port out is called exec_out (1 connections)",
      "The port in is called exec_in (3 connections)",
      "The port loop is called body (1 connections)",
      "The list of 1 variables was keyed by name",
    ]);
  });

  test("works without the wrapper, and with what the graph says itself first", () => {
    const bare = parseWorkflow(template.base_workflow);
    const own = parseWorkflow({
      ...template,
      base_workflow: {
        ...template.base_workflow,
        metadata: { name: "Own" },
        settings: { retry_count: 5 },
        variables: { z: 1 },
      },
    });

    expect(bare.file?.nodes.size).toBe(2);
    expect(own.file?.metadata.name).toBe("Own");
    expect(own.file?.settings).toMatchObject({ retryCount: 5, nodeTimeoutMs: 60_000 });
    expect([...(own.file?.variables.keys() ?? [])]).toEqual(["z"]);
  });
});

describe("round trips", () => {
  const ids = fc.constantFrom("a", "b", "c", "constructor");
  const files = fc.record(
    {
      metadata: fc.dictionary(fc.constantFrom("name", "author", "tags"), fc.jsonValue({ maxDepth: 1 })),
      nodes: fc.dictionary(
        ids,
        fc.record({
          node_type: fc.constant("A"),
          config: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
          zoom: fc.jsonValue({ maxDepth: 1 }),
        }),
      ),
      connections: fc.array(
        fc.record({ source_node: ids, source_port: ids, target_node: ids, target_port: ids, color: fc.string() }),
        { maxLength: 4 },
      ),
      variables: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 1 })),
      settings: fc.record({ timeout: fc.nat(1_000), retry_count: fc.nat(10), other: fc.jsonValue({ maxDepth: 1 }) }),
      frames: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: ["nodes"] },
  );

  prop.prop([files], { numRuns: 50 })(
    "writing a file that was read gives the same file when it is read again",
    (raw) => {
      const first = parseWorkflow(JSON.parse(JSON.stringify(raw)));
      if (first.file === undefined) return;

      const second = parseWorkflowText(JSON.stringify(toCanonicalJson(first.file)));

      expect(second.file).toEqual(first.file);
    },
  );

  prop.prop([fc.jsonValue()])("no JSON value throws", (raw) => {
    expect(Array.isArray(parseWorkflow(raw).issues)).toBe(true);
    expect(Array.isArray(parseWorkflow({ nodes: raw as JsonValue, connections: raw as JsonValue }).issues)).toBe(true);
  });

  prop.prop([fc.string({ maxLength: 100 })])("no text throws", (text) => {
    expect(parseWorkflowText(text).issues.length).toBeGreaterThan(0);
  });
});

describe("real files of the Python system (set CASARE_TEST_DATA where they are missing)", () => {
  const files = realWorkflows();

  test.skipIf(files.length === 0)("can be read, and written back without loss", () => {
    for (const { name, text } of files) {
      const { file, issues } = parseWorkflowText(text);
      if (file === undefined) throw new Error(`${name}: ${JSON.stringify(issues)}`);
      const again = parseWorkflow(toCanonicalJson(file));

      expect({ name, file: again.file }).toEqual({ name, file });
      expect(issues.some((issue) => issue.code === "WORKFLOW_MIGRATED")).toBe(name.startsWith("templates/"));
    }
  });
});
