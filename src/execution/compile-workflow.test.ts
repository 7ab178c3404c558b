import { describe, expect, test } from "vitest";
import { compileWorkflow } from "./compile-workflow.ts";
import type { WorkflowIssue } from "./issue.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { createRegistry } from "./registry.ts";
import { compileShort, planOf, type ShortFile, workflowJson } from "./testing.suite.ts";
import { testNodes, testRegistry } from "./testing-nodes.suite.ts";

const set = (name: string, value: unknown = 1) => ["SetNode", { name, value: value as never }] as const;

function found(short: ShortFile, code: string): readonly WorkflowIssue[] {
  return compileShort(short).issues.filter((issue) => issue.code === code);
}

function fingerprint(value: unknown): string | undefined {
  const { file } = parseWorkflow(value);
  return file && compileWorkflow(file, testRegistry).plan?.fingerprint;
}

describe("node types", () => {
  test("unknown ones are errors with a suggestion", () => {
    expect(found({ nodes: { a: ["MahtNode"] } }, "WORKFLOW_NODE_TYPE_UNKNOWN")).toEqual([
      {
        severity: "error",
        code: "WORKFLOW_NODE_TYPE_UNKNOWN",
        message: "a is of the unknown type MahtNode",
        node: "a",
        path: "nodes.a.node_type",
        suggestion: 'did you mean "MathNode"?',
      },
    ]);
    expect(found({ nodes: { a: ["GoneNode"] } }, "WORKFLOW_NODE_TYPE_UNKNOWN")[0]?.suggestion).not.toContain(
      "GoneNode",
    );
  });

  test("aliases count as the type they mean, with a note", () => {
    const { plan, issues } = compileShort({ nodes: { a: ["AddNode", { a: 1 }] } });

    expect(plan?.nodes.get("a")?.definition.type).toBe("MathNode");
    expect(issues).toContainEqual(
      expect.objectContaining({ severity: "note", code: "WORKFLOW_TYPE_RENAMED", node: "a" }),
    );
  });

  test("one unknown type does not bring complaints about everything around it", () => {
    const { issues } = compileShort({
      nodes: { s: ["StartNode"], x: ["NopeNode"], e: ["ForLoopEndNode"], a: set("a") },
      flow: ["s > x > e > a"],
    });

    expect(issues.map((issue) => issue.code)).toEqual(["WORKFLOW_NODE_TYPE_UNKNOWN"]);
  });
});

describe("connections", () => {
  test.each<[string, ShortFile, string, Partial<WorkflowIssue>]>([
    [
      "an output that does not exist",
      { nodes: { a: ["MathNode", { a: 1 }], b: set("b") }, data: ["a.resutl > b.value"] },
      "WORKFLOW_PORT_UNKNOWN",
      {
        node: "a",
        port: "resutl",
        path: "connections[0]",
        message: "a (MathNode) has no output resutl; it has exec_out, result",
        suggestion: 'did you mean "result"?',
      },
    ],
    [
      "an input that does not exist",
      { nodes: { a: set("a"), b: ["MathNode", { a: 1 }] }, data: ["a.value > b.zzzzzz"] },
      "WORKFLOW_PORT_UNKNOWN",
      {
        node: "b",
        port: "zzzzzz",
        message: "b (MathNode) has no input zzzzzz; it has exec_in, a, b",
        suggestion: "connect one of its inputs",
      },
    ],
    [
      "an output named like a property of objects",
      { nodes: { a: set("a"), b: set("b") }, data: ["a.constructor > b.value"] },
      "WORKFLOW_PORT_UNKNOWN",
      { port: "constructor" },
    ],
    [
      "flow into data",
      { nodes: { a: set("a"), b: set("b") }, data: ["a.exec_out > b.value"] },
      "WORKFLOW_PORT_KIND_MISMATCH",
      { node: "b", port: "value", message: "The flow of a (SetNode) is connected with data of b (SetNode)" },
    ],
    [
      "data into flow",
      { nodes: { a: set("a"), b: set("b") }, flow: ["a.value > b"] },
      "WORKFLOW_PORT_KIND_MISMATCH",
      { node: "b", port: "exec_in", message: "The flow of b (SetNode) is connected with data of a (SetNode)" },
    ],
    [
      "types that do not convert",
      { nodes: { a: ["TypedNode"], b: ["TypedNode"] }, data: ["a.text > b.number"] },
      "WORKFLOW_PORT_TYPE_MISMATCH",
      {
        node: "b",
        port: "number",
        message: "STRING of a (TypedNode).text does not fit INTEGER of b (TypedNode).number",
      },
    ],
    [
      "two sources for one input",
      { nodes: { a: set("a"), b: set("b"), c: set("c") }, data: ["a.value > c.value", "b.value > c.value"] },
      "WORKFLOW_INPUT_CONNECTED_TWICE",
      { node: "c", port: "value", path: "connections[1]" },
    ],
  ])("refuse %s", (_what, short, code, issue) => {
    expect(found(short, code)).toEqual([expect.objectContaining({ severity: "error", ...issue })]);
  });

  test("old names of ports are understood, with a note", () => {
    const { plan, issues } = compileShort({
      nodes: { f: ["ForLoopStartNode", { items: [1] }], m: ["MathNode"], s: set("s"), e: ["ForLoopEndNode"] },
      flow: ["f.loop > s > e"],
      data: ["f.item > m.x", "m.sum > s.value"],
    });

    const renamed = issues.filter((issue) => issue.code === "WORKFLOW_PORT_RENAMED");
    expect(renamed.map(({ node, port, severity }) => [node, port, severity])).toEqual([
      ["f", "body", "note"],
      ["f", "current_item", "note"],
      ["m", "a", "note"],
      ["m", "result", "note"],
    ]);
    expect(plan?.nodes.get("f")?.flow.get("body")).toEqual(["s"]);
  });
});

describe("parameters", () => {
  test("missing ones are errors that name the input", () => {
    expect(found({ nodes: { a: ["MathNode", { a: "", b: 1 }] } }, "WORKFLOW_CONFIG_MISSING")).toEqual([
      expect.objectContaining({
        severity: "error",
        node: "a",
        port: "a",
        path: "nodes.a.config.a",
        message: "a (MathNode) needs the parameter a",
        suggestion: "set it, or connect the input of that name",
      }),
    ]);
  });

  test("ones that are connected, or hold references, wait until the run", () => {
    const { plan } = compileShort({
      nodes: { a: ["MathNode", { a: "{{later}}" }], b: ["MathNode"] },
      data: ["a.result > b.a"],
    });

    expect(plan).toBeDefined();
  });

  test("values that the schema refuses are errors, each for itself", () => {
    const issues = found({ nodes: { a: ["MathNode", { a: "one", b: [] }] } }, "WORKFLOW_CONFIG_INVALID");

    expect(issues.map(({ port, message }) => [port, message])).toEqual([
      ["a", "a (MathNode), parameter a: must be a number"],
      ["b", "a (MathNode), parameter b: must be a number"],
    ]);
  });

  test("old names are understood when the right one is absent, with a note", () => {
    const renamed = compileShort({ nodes: { a: ["SetNode", { variable: "x", value: 1 }] } });
    const both = compileShort({ nodes: { a: ["SetNode", { variable: "x", name: "y", value: 1 }] } });

    expect(renamed.plan?.nodes.get("a")?.config.get("name")).toEqual({ kind: "static", value: "x" });
    expect(renamed.issues).toContainEqual(
      expect.objectContaining({ severity: "note", code: "WORKFLOW_CONFIG_RENAMED", node: "a", port: "name" }),
    );
    expect(both.plan?.nodes.get("a")?.config.get("name")).toEqual({ kind: "static", value: "y" });
    expect(both.issues).toContainEqual(expect.objectContaining({ code: "WORKFLOW_CONFIG_UNKNOWN", port: "variable" }));
  });

  test("ones that nobody reads are warnings; those of the engine and with an underscore are not", () => {
    const issues = found(
      { nodes: { a: ["SetNode", { name: "x", vlaue: 1, retry_count: 1, retry_interval: 5, _cache_enabled: true }] } },
      "WORKFLOW_CONFIG_UNKNOWN",
    );

    expect(issues).toEqual([
      expect.objectContaining({ severity: "warning", port: "vlaue", suggestion: 'did you mean "value"?' }),
    ]);
  });

  test("faulty templates and expressions are errors with their position", () => {
    const { issues } = compileShort({
      nodes: {
        a: set("a", { deep: ["ok {{1 +}}"] }),
        b: ["IfNode", { condition: "x = 1" }],
        c: ["WhileLoopStartNode", { condition: "{{n}} <" }],
        d: set("d", "{{uper(x)}}"),
      },
    });

    expect(issues.map(({ code, path, node, port }) => [code, path, node, port])).toEqual([
      ["EXPRESSION_SYNTAX", "nodes.a.config.value.deep[0]", "a", "value"],
      ["EXPRESSION_SYNTAX", "nodes.b.config.condition", "b", "condition"],
      ["EXPRESSION_SYNTAX", "nodes.c.config.condition", "c", "condition"],
      ["EXPRESSION_FUNCTION_UNKNOWN", "nodes.d.config.value", "d", "value"],
    ]);
    expect(issues[1]?.message).toBe(
      "b (IfNode), parameter condition: A single = does not compare; write == (at character 3)",
    );
  });

  test("references to outputs that a node does not have are warnings", () => {
    const { plan, issues } = compileShort({
      nodes: {
        a: ["MathNode", { a: 1 }],
        b: set("b", "{{a.reslt}} {{a.sum}} {{a.error_message}} {{shadow.x}}"),
        shadow: set("s"),
      },
      flow: ["a > b"],
      variables: { shadow: { x: 1 } },
    });

    expect(plan).toBeDefined();
    expect(issues.filter((issue) => issue.code === "WORKFLOW_REFERENCE_UNKNOWN")).toEqual([
      expect.objectContaining({ severity: "warning", node: "b", suggestion: 'did you mean "result"?' }),
    ]);
  });

  test("_disabled must be a flag, and a disabled node needs nothing", () => {
    expect(
      found({ nodes: { a: ["SetNode", { name: "x", _disabled: "{{maybe}}" }] } }, "WORKFLOW_CONFIG_INVALID"),
    ).toHaveLength(1);
    expect(
      compileShort({ nodes: { a: ["GreetNode", { _disabled: "true" }], b: set("b") }, flow: ["a > b"] }).plan?.needs,
    ).toEqual([]);
  });

  test.each<[string, ShortFile, string]>([
    ["a for loop without items", { nodes: { f: ["ForLoopStartNode"] } }, "WORKFLOW_CONFIG_MISSING"],
    [
      "a for loop with blank items",
      { nodes: { f: ["ForLoopStartNode", { items: " ", list_var: "" }] } },
      "WORKFLOW_CONFIG_MISSING",
    ],
    [
      "a range with step 0",
      { nodes: { f: ["ForLoopStartNode", { mode: "range", step: "0" }] } },
      "WORKFLOW_RANGE_INVALID",
    ],
    [
      "a while loop without condition",
      { nodes: { w: ["WhileLoopStartNode", { condition: "" }] } },
      "WORKFLOW_CONFIG_MISSING",
    ],
    [
      "a limit of 0 iterations",
      { nodes: { w: ["WhileLoopStartNode", { condition: "true", max_iterations: 0 }] } },
      "WORKFLOW_CONFIG_INVALID",
    ],
  ])("%s is refused", (_what, short, code) => {
    expect(found(short, code).map((issue) => issue.severity)).toEqual(["error"]);
  });

  test.each<[string, ShortFile]>([
    [
      "items that are connected",
      { nodes: { a: set("a"), f: ["ForLoopStartNode"] }, flow: ["a > f"], data: ["a.value > f.items"] },
    ],
    ["a mode that is told at run time", { nodes: { f: ["ForLoopStartNode", { mode: "{{mode}}" }] } }],
    ["a step that is told at run time", { nodes: { f: ["ForLoopStartNode", { mode: "range", step: "{{step}}" }] } }],
    ["an empty list", { nodes: { f: ["ForLoopStartNode", { items: [] }] } }],
    ["an expression instead of a condition", { nodes: { w: ["WhileLoopStartNode", { expression: "true" }] } }],
    ["a condition that is a flag", { nodes: { w: ["WhileLoopStartNode", { condition: false }] } }],
  ])("%s is enough", (_what, short) => {
    expect(compileShort(short).issues).toEqual([]);
  });
});

describe("circles", () => {
  test("of the flow are refused, also those through a catch", () => {
    const plain = found(
      { nodes: { s: ["StartNode"], a: set("a"), b: set("b") }, flow: ["s > a > b > a"] },
      "WORKFLOW_FLOW_CYCLE",
    );
    const again = found(
      {
        nodes: { t: ["TryNode"], x: ["FailNode"], c: ["CatchNode", { paired_try_id: "t" }] },
        flow: ["t.try_body > x", "c.catch_body > t"],
      },
      "WORKFLOW_FLOW_CYCLE",
    );

    expect(plain).toEqual([expect.objectContaining({ severity: "error", message: "The flow runs in a circle: a, b" })]);
    expect(again).toHaveLength(1);
  });

  test("of loops back to their start are refused, with the way to do it", () => {
    const [issue] = found(
      {
        nodes: { f: ["ForLoopStartNode", { items: [1] }], a: set("a"), e: ["ForLoopEndNode"] },
        flow: ["f.body > a > e > f"],
      },
      "WORKFLOW_FLOW_CYCLE",
    );

    expect(issue?.suggestion).toBe("repeat steps with a loop's start and end; the end needs no connection back");
  });

  test("of data are refused between nodes that wait for each other, and fine as feedback in a loop", () => {
    const lazy = found(
      { nodes: { a: ["MathNode"], b: ["MathNode"] }, data: ["a.result > b.a", "b.result > a.a"] },
      "WORKFLOW_DATA_CYCLE",
    );
    const steps = found(
      { nodes: { a: set("a"), b: set("b") }, flow: ["a > b"], data: ["a.value > b.value", "b.value > a.value"] },
      "WORKFLOW_DATA_CYCLE",
    );
    const feedback = compileShort({
      nodes: { w: ["WhileLoopStartNode"], a: set("a"), b: set("b") },
      flow: ["w.body > a > b"],
      data: ["a.value > b.value", "b.value > a.value", "b.value > w.condition"],
    });

    expect(lazy).toEqual([expect.objectContaining({ severity: "error" })]);
    expect(steps).toHaveLength(1);
    expect(feedback.plan).toBeDefined();
  });

  test("that are long are named in short", () => {
    const ids = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const [issue] = found(
      { nodes: Object.fromEntries(ids.map((id) => [id, set(id)])), flow: [`${ids.join(" > ")} > n0`] },
      "WORKFLOW_FLOW_CYCLE",
    );

    expect(issue?.message).toContain("and 2 more");
  });
});

describe("pairs", () => {
  test.each<[string, ShortFile, string | undefined]>([
    [
      "an end with an unknown start",
      { nodes: { loop: ["ForLoopStartNode", { items: [1] }], e: ["ForLoopEndNode", { paired_start_id: "lopo" }] } },
      'did you mean "loop"?',
    ],
    [
      "an end with a start of the other kind",
      { nodes: { w: ["WhileLoopStartNode", { condition: "true" }], e: ["ForLoopEndNode", { paired_start_id: "w" }] } },
      "remove the parameter",
    ],
    [
      "a catch that names no try",
      { nodes: { t: ["TryNode"], a: set("a"), c: ["CatchNode", { paired_try_id: "a" }] } },
      "it may be t",
    ],
    [
      "a catch that names no node",
      { nodes: { t: ["TryNode"], c: ["CatchNode", { paired_try_id: 5 }] } },
      "it may be t",
    ],
    [
      "a try with two finallys",
      {
        nodes: {
          t: ["TryNode", { paired_finally_id: "f" }],
          f: ["FinallyNode"],
          g: ["FinallyNode", { paired_try_id: "t" }],
        },
      },
      "keep one of the two pairings",
    ],
    [
      "a catch of two tries",
      {
        nodes: { t: ["TryNode", { paired_catch_id: "c" }], u: ["TryNode", { paired_catch_id: "c" }], c: ["CatchNode"] },
      },
      "keep one of the two pairings",
    ],
    [
      "a break of no loop",
      { nodes: { a: set("a"), b: ["BreakNode", { paired_loop_start_id: "a" }] } },
      "remove the parameter",
    ],
  ])("refuse %s", (_what, short, suggestion) => {
    const issues = found(short, "WORKFLOW_PAIRING_INVALID");

    expect(issues.map((issue) => [issue.severity, issue.suggestion])).toEqual([["error", suggestion]]);
  });

  test("a break outside of its loop is refused", () => {
    const outside = found({ nodes: { a: set("a"), b: ["BreakNode"] }, flow: ["a > b"] }, "WORKFLOW_LOOP_MISSING");
    const other = found(
      {
        nodes: {
          f: ["ForLoopStartNode", { items: [1] }],
          g: ["ForLoopStartNode", { items: [1] }],
          b: ["ContinueNode", { paired_loop_start_id: "g" }],
        },
        flow: ["f.body > b", "f.completed > g"],
      },
      "WORKFLOW_LOOP_MISSING",
    );

    expect(outside[0]?.message).toBe("b (BreakNode) lies outside of the body of any loop");
    expect(other[0]?.message).toBe("b (ContinueNode) lies outside of the body of the loop g");
  });
});

describe("reach", () => {
  test("nodes that never run are warnings with the reason", () => {
    const { plan, issues } = compileShort({
      nodes: {
        s: ["StartNode"],
        f: ["ForLoopStartNode", { items: [1] }],
        e: ["ForLoopEndNode"],
        after: set("after"),
        passed: set("passed"),
        lone: set("lone"),
        chain: set("chain"),
        next: set("next"),
        unasked: ["MathNode", { a: 1 }],
        asker: ["SetNode", { name: "x" }],
        fin: ["FinallyNode"],
        end: ["WhileLoopEndNode"],
        note: ["CommentNode"],
      },
      flow: ["s > f", "f.body > e > passed", "f.completed > after", "chain > next"],
      data: ["unasked.result > asker.value"],
    });

    expect(Object.fromEntries(plan?.unreachable ?? [])).toEqual({
      passed: "exec_out of e is not followed, because completed of f is connected",
      lone: "it is not connected to the start",
      chain: "nothing leads to it: its exec_in is not connected, and the flow starts at the StartNode",
      next: "it is only reached from chain, which cannot be reached",
      unasked: "no node that runs asks for its outputs",
      asker: "it is not connected to the start",
      fin: "it belongs to no try that can be reached",
      end: "no loop's body leads to it",
    });
    const warned = issues.filter((issue) => issue.code === "WORKFLOW_NODE_UNREACHABLE");
    expect(warned).toHaveLength(8);
    expect(warned.every((issue) => issue.severity === "warning")).toBe(true);
  });

  test("a file without anything to run is refused", () => {
    expect(found({ nodes: {} }, "WORKFLOW_EMPTY")).toHaveLength(1);
    expect(found({ nodes: { c: ["CommentNode"] } }, "WORKFLOW_EMPTY")).toHaveLength(1);
    expect(found({ nodes: { c: ["CatchNode"] } }, "WORKFLOW_ENTRY_MISSING")).toHaveLength(1);
  });
});

describe("the plan", () => {
  const short: ShortFile = {
    nodes: {
      s: ["StartNode"],
      g: ["GreetNode", { name: "x" }],
      m: ["MathNode", { a: 1 }],
      a: ["SetNode", { name: "a" }],
      lone: ["GreetNode", { name: "y" }],
    },
    flow: ["s > g > a"],
    data: ["m.result > a.value"],
  };

  test("knows roles, entries, sources and needs", () => {
    const plan = planOf(short);

    expect([...plan.nodes.values()].map((node) => [node.id, node.role])).toEqual([
      ["s", "flow"],
      ["g", "flow"],
      ["m", "data"],
      ["a", "flow"],
      ["lone", "flow"],
    ]);
    expect(plan.entries).toEqual(["s"]);
    expect(plan.nodes.get("a")?.dataSources).toEqual(["m"]);
    expect(plan.needs).toEqual(["greeter"]);
    expect([plan.leadsTo("s", "a"), plan.leadsTo("a", "s"), plan.leadsTo("s", "nowhere")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("has the same fingerprint for files that run the same", () => {
    const json = workflowJson(short);
    const moved = { ...json, metadata: { name: "other" }, frames: [] };
    const changed = workflowJson({ ...short, settings: { retry_count: 1 } });

    expect(fingerprint(moved)).toBe(fingerprint(json));
    expect(fingerprint(changed)).not.toBe(fingerprint(json));
  });
});

describe("the registry", () => {
  test("finds types and aliases, lists by type, and suggests", () => {
    expect(testRegistry.get("AddNode")?.type).toBe("MathNode");
    expect(testRegistry.canonicalType("AddNode")).toBe("MathNode");
    expect(testRegistry.canonicalType("constructor")).toBe("constructor");
    expect(testRegistry.get("constructor")).toBeUndefined();
    expect(testRegistry.list().map((node) => node.type)).toEqual(testNodes.map((node) => node.type).toSorted());
    expect(testRegistry.suggest("mathnode")).toBe('did you mean "MathNode"?');
    expect(testRegistry.suggest("Xylophone")).toBeUndefined();
  });

  test("refuses two nodes of one type, and an alias that hides a type", () => {
    const [first] = testNodes;
    if (first === undefined) throw new Error("no nodes");

    expect(() => createRegistry([first, first])).toThrow(TypeError);
    expect(() => createRegistry([first], { [first.type]: "X" })).toThrow(TypeError);
  });
});
