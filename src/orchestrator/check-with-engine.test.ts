import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { createWorkflowCheck } from "./check-with-engine.ts";

const check = createWorkflowCheck();

const node = (id: string, type: string, config: JsonValue = {}): JsonValue => ({
  node_id: id,
  node_type: type,
  config,
});
const wire = (from: string, to: string): JsonValue => ({
  source_node: from,
  source_port: "exec_out",
  target_node: to,
  target_port: "exec_in",
});

function greet(middle: JsonValue): JsonValue {
  return {
    metadata: { name: "Greet", description: "Opens a page" },
    nodes: { start: node("start", "StartNode"), middle, end: node("end", "EndNode") },
    connections: [wire("start", "middle"), wire("middle", "end")],
    variables: { password: { name: "password", type: "String", default_value: "", sensitive: true } },
  };
}

describe("the check of a workflow", () => {
  test("tells what it is called, what a robot must offer and which values are secret", () => {
    const checked = check(greet(node("middle", "HttpRequestNode", { url: "https://example.com", method: "GET" })));

    expect(checked.issues.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(checked).toMatchObject({
      name: "Greet",
      description: "Opens a page",
      requires: ["http"],
      variables: [{ name: "password", type: "String", sensitive: true }],
    });
  });

  test("tells what is wrong, where, and what to do", () => {
    const { issues, requires } = check(greet(node("middle", "HttpRequestNod")));

    expect(requires).toEqual([]);
    expect(issues.find(({ severity }) => severity === "error")).toMatchObject({
      node: "middle",
      code: expect.stringMatching(/^WORKFLOW_/),
      suggestion: expect.stringContaining("HttpRequestNode"),
    });
  });

  test.each([null, 7, "text", [], {}, { nodes: 7 }])("of %j tells that it is no workflow", (document) => {
    expect(check(document).issues.some(({ severity }) => severity === "error")).toBe(true);
  });
});
