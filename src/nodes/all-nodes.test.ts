import { describe, expect, test } from "vitest";
import type { AnyNode } from "../execution/index.ts";
import { createRegistry } from "../execution/index.ts";
import { allNodes } from "./all-nodes.ts";
import { describeNodes } from "./describe-nodes.ts";
import { typeAliases } from "./type-aliases.ts";

const STRUCTURES = new Map([
  ["StartNode", "start"],
  ["EndNode", "end"],
  ["ForLoopStartNode", "for"],
  ["ForLoopEndNode", "for-end"],
  ["WhileLoopStartNode", "while"],
  ["WhileLoopEndNode", "while-end"],
  ["BreakNode", "break"],
  ["ContinueNode", "continue"],
  ["TryNode", "try"],
  ["CatchNode", "catch"],
  ["FinallyNode", "finally"],
]);

/** Parameters of browser nodes that still lack a description; this list may only shrink. */
const UNDESCRIBED: Readonly<Record<string, readonly string[]>> = {
  LaunchBrowserNode: ["user_agent", "color_scheme"],
  ClickElementNode: ["button"],
  TypeTextNode: ["press_enter_after", "press_tab_after"],
  ScreenshotNode: ["type", "scale", "animations", "caret"],
  TableScraperNode: ["output_format"],
  BrowserAlertHandleNode: ["action"],
  CookieManagementNode: ["operation", "cookie_value", "path", "secure", "http_only"],
  DownloadFileNode: ["url"],
  FormFieldNode: ["field_type"],
  WaitForElementNode: ["state"],
};

describe.each(allNodes.map((node) => [node.type, node] as const))("%s", (type, node) => {
  const keys = Object.keys(node.config.shape);

  test("has a type name that files may hold, a summary and a category", () => {
    expect(type).toMatch(/^[A-Z][A-Za-z0-9]*Node$/);
    expect(type.length).toBeLessThanOrEqual(128);
    expect(node.summary.length).toBeGreaterThan(10);
    expect(node.category).toMatch(/^[a-z_]+$/);
    expect(node.version).toBeGreaterThanOrEqual(1);
  });

  test("describes every parameter", () => {
    const undescribed = keys.filter((key) => (node.config.shape[key]?.description ?? "").length < 3);

    expect(undescribed.filter((key) => UNDESCRIBED[type]?.includes(key) !== true)).toEqual([]);
  });

  test("reads its own defaults: nothing but what is required has to be given", () => {
    const issues = node.config.safeParse({}).error?.issues ?? [];

    const missing = new Set(issues.map((issue) => String(issue.path[0])));
    for (const key of missing) expect(node.config.shape[key]?.safeParse(undefined).success).toBe(false);
  });

  test("has a parameter for every input", () => {
    const inputs = Object.keys(node.inputs).filter((input) => input !== "*");

    expect(inputs.filter((input) => !keys.includes(input))).toEqual([]);
  });

  test("rejects a value of the wrong kind with the parameter's name", () => {
    // A dict that holds a function is no JSON; it fits no parameter but those for any value and those that make text.
    const wrong = Object.fromEntries(keys.map((key) => [key, { no: "such value" }]));

    for (const issue of node.config.safeParse(wrong).error?.issues ?? []) {
      expect(keys).toContain(issue.path[0]);
      expect(issue.message).not.toContain("such value");
    }
  });

  test("points its aliases at parameters and ports that exist, and hides none", () => {
    const ports = new Set([...Object.keys(node.inputs), ...Object.keys(node.outputs), ...node.execOutputs]);
    const toKeys = Object.entries(node.configAliases ?? {});
    const toPorts = Object.entries(node.portAliases ?? {});

    expect(toKeys.filter(([alias, key]) => keys.includes(alias) || !keys.includes(key))).toEqual([]);
    expect(toPorts.filter(([, port]) => !ports.has(port))).toEqual([]);
    expect((node.rawConfig ?? []).filter((key) => !keys.includes(key))).toEqual([]);
  });

  test("plays the part in the flow that its type says", () => {
    expect(node.structure).toBe(STRUCTURES.get(type) ?? "step");
  });
});

const NUMERIC = new Set(["FLOAT", "INTEGER", "NUMBER"]);

test("numeric inputs refuse text that is no number", () => {
  const numeric = allNodes.flatMap((node) =>
    Object.entries(node.inputs)
      .filter(([, type]) => NUMERIC.has(type))
      .map(([input]) => ({ node, input })),
  );

  expect(numeric.length).toBeGreaterThan(20);
  for (const { node, input } of numeric) expect(node.config.shape[input]?.safeParse("many").success).toBe(false);
});

test("list and dict inputs refuse plain text", () => {
  const inputs = allNodes.flatMap((node) =>
    Object.entries(node.inputs)
      .filter(([, type]) => type === "LIST" || type === "DICT")
      .map(([input]) => ({ node, input })),
  );

  expect(inputs.length).toBeGreaterThan(30);
  for (const { node, input } of inputs) expect(node.config.shape[input]?.safeParse("plain").success).toBe(false);
});

test("types are unique, and the registry takes them together with the aliases", () => {
  const registry = createRegistry(allNodes, typeAliases);

  expect(registry.list()).toHaveLength(allNodes.length);
  expect(registry.get("WhileLoopNode")?.type).toBe("WhileLoopStartNode");
  expect(registry.get("BrowserWaitNode")?.type).toBe("WaitNode");
  expect(registry.get("ParseJSONNode")?.type).toBe("JsonParseNode");
});

test("no two parameters of a node share a meaning: aliases are used once", () => {
  for (const node of allNodes) {
    const aliases = Object.keys(node.configAliases ?? {});
    expect(new Set(aliases).size).toBe(aliases.length);
  }
});

describe("describeNodes", () => {
  test("describes every node as plain JSON, the same each time", () => {
    const descriptions = describeNodes();

    expect(descriptions).toHaveLength(allNodes.length);
    expect(JSON.parse(JSON.stringify(descriptions))).toEqual(descriptions);
    expect(JSON.stringify(describeNodes())).toBe(JSON.stringify(descriptions));
  });

  test("tells kinds, choices, defaults and what is required", () => {
    const [description] = describeNodes(allNodes.filter((node: AnyNode) => node.type === "TextPadNode"));

    expect(description?.config).toMatchObject({
      type: "object",
      required: [],
      properties: {
        mode: { type: "string", enum: ["left", "right", "center"], default: "left" },
        length: { type: "integer", minimum: 0, default: 0 },
        fill_char: { type: "string", default: " " },
      },
    });
  });
});
