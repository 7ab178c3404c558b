import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import {
  compileWorkflow,
  createRegistry,
  parseWorkflow,
  type RunReport,
  runPlan,
  type WorkflowIssue,
} from "../execution/index.ts";
import { createHttpClient } from "../http/index.ts";
import { allNodes } from "./all-nodes.ts";
import { typeAliases } from "./type-aliases.ts";

const registry = createRegistry(allNodes, typeAliases);

type Nodes = Readonly<Record<string, readonly [type: string, config?: Readonly<Record<string, JsonValue>>]>>;

/** Wires are `a → b`, `a.true → b`, or with data `a.result → b.value`. */
function compile(nodes: Nodes, wires: readonly string[], settings: Readonly<Record<string, JsonValue>> = {}) {
  const parsed = parseWorkflow({
    metadata: { name: "test" },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, [type, config]]) => [id, { node_id: id, node_type: type, config: config ?? {} }]),
    ),
    connections: wires.map((wire) => {
      const [from = "", to = ""] = wire.split(" → ");
      const [source, sourcePort = "exec_out"] = from.split(".");
      const [target, targetPort = "exec_in"] = to.split(".");
      return { source_node: source, source_port: sourcePort, target_node: target, target_port: targetPort };
    }),
    settings,
  });
  if (parsed.file === undefined) throw new Error(JSON.stringify(parsed.issues));
  return compileWorkflow(parsed.file, registry);
}

async function run(
  nodes: Nodes,
  wires: readonly string[],
  settings: Readonly<Record<string, JsonValue>> = {},
): Promise<{ readonly report: RunReport; readonly logs: readonly string[] }> {
  const { plan, issues } = compile(nodes, wires, settings);
  if (plan === undefined) throw new Error(JSON.stringify(issues));
  const logs: string[] = [];
  const http = createHttpClient();
  const report = await runPlan(plan, {
    capabilities: { get: (name) => Promise.resolve(name === "http" ? http : undefined) },
    onEvent: (event) => {
      if (event.type === "log") logs.push(event.message);
    },
  });
  return { report, logs };
}

const log = (message: string): readonly [string, Readonly<Record<string, JsonValue>>] => ["LogNode", { message }];

function errorsOf(issues: readonly WorkflowIssue[]): readonly string[] {
  return issues.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

describe("the nodes in the engine", () => {
  test.each([
    ["case_b", "b"],
    ["case_1", "b"],
    ["default", "z"],
  ])("a switch wired by %s is left there for %s", async (port, value) => {
    const { report, logs } = await run(
      {
        choose: ["SwitchNode", { value, cases: ["a", "b"] }],
        hit: log("hit"),
      },
      [`choose.${port} → hit`],
    );

    expect(report.status).toBe("completed");
    expect(logs).toEqual(["hit"]);
  });

  test("a switch has no output of a case it does not know", () => {
    const { issues } = compile({ choose: ["SwitchNode", { value: 1, cases: ["a"] }], next: log("x") }, [
      "choose.case_b → next",
    ]);

    expect(errorsOf(issues)).toEqual(["WORKFLOW_PORT_UNKNOWN"]);
  });

  test.each([
    ["{{n}} > 20 and '{{s}}' == 'open'", "true"],
    ["n < 20 or not s", "false"],
    ["{{n}}", "true"],
  ])("an if with the condition %s takes %s", async (condition, branch) => {
    const { logs } = await run(
      {
        n: ["SetVariableNode", { variable_name: "n", value: 25 }],
        s: ["SetVariableNode", { variable_name: "s", value: "open" }],
        check: ["IfNode", { condition }],
        yes: log("true"),
        no: log("false"),
      },
      ["n → s", "s → check", "check.true → yes", "check.false → no"],
    );

    expect(logs).toEqual([branch]);
  });

  test("an if over a name that does not exist fails the run", async () => {
    const { report } = await run({ check: ["IfNode", { condition: "totl > 1" }], yes: log("x") }, ["check.true → yes"]);

    expect(report).toMatchObject({ status: "failed", error: { node: "check", code: "WORKFLOW_REFERENCE_UNKNOWN" } });
  });

  test("loops break, go on, and count", async () => {
    const { report, logs } = await run(
      {
        each: ["ForLoopStartNode", { items: ["a", "skip", "b", "stop", "c"] }],
        which: ["SwitchNode", { value: "{{item}}", cases: ["skip", "stop"] }],
        skip: ["ContinueNode"],
        stop: ["BreakNode"],
        show: log("{{each.index}} {{each.item}}"),
        end: ["ForLoopEndNode"],
        down: ["ForLoopStartNode", { mode: "range", start: 2, end: 0, step: -1, item_var: "i" }],
        count: log("{{i}}"),
        done: ["ForLoopEndNode"],
      },
      [
        "each.loop → which",
        "which.case_skip → skip",
        "which.case_stop → stop",
        "which.default → show",
        "show → end",
        "each.completed → down",
        "down.body → count",
        "count → done",
      ],
    );

    expect(report.status).toBe("completed");
    expect(logs).toEqual(["0 a", "2 b", "2", "1"]);
  });

  test("a while loop that would not end fails, and names its limit", async () => {
    const { report } = await run(
      {
        loop: ["WhileLoopNode", { condition: "true", max_iterations: 3 }],
        inside: log("x"),
        end: ["WhileLoopEndNode"],
      },
      ["loop.body → inside", "inside → end"],
    );

    expect(report).toMatchObject({ status: "failed", error: { code: "WORKFLOW_LOOP_LIMIT" } });
  });

  test("what nodes fail with can be caught by its code, and finally runs in any case", async () => {
    const { report, logs } = await run(
      {
        guard: ["TryNode"],
        fail: ["ThrowErrorNode", { error_message: "No invoice" }],
        other: ["CatchNode", { error_types: "NODE_ASSERTION_FAILED" }],
        caught: ["CatchNode", { error_types: "NODE_ERROR_THROWN, HTTP_REFUSED" }],
        wrong: log("wrong"),
        handled: log("{{caught.error_type}}: {{caught.error_message}}"),
        last: ["FinallyNode"],
        cleaned: log("finally {{last.had_error}}"),
      },
      [
        "guard → fail",
        "fail → other",
        "other → wrong",
        "fail → caught",
        "caught → handled",
        "handled → last",
        "last → cleaned",
      ],
    );

    expect(report.status).toBe("completed");
    expect(logs).toEqual(["NODE_ERROR_THROWN: No invoice", "finally true"]);
  });

  test("lists are filtered and mapped by expressions over item and index", async () => {
    const { report } = await run(
      {
        rows: [
          "SetVariableNode",
          {
            variable_name: "rows",
            value: [
              { n: 1, s: "open" },
              { n: 5, s: "closed" },
            ],
          },
        ],
        column: ["SetVariableNode", { variable_name: "column", value: "s" }],
        old: ["ListFilterNode", { items: "{{rows}}", condition: "item.{{column}} == 'open'" }],
        fresh: ["ListFilterNode", { list: "{{rows}}", expression: "item.n > index + 2" }],
        map: ["ListMapNode", { items: "{{rows}}", expression: "item.n * 2 + index" }],
        bad: ["ListMapNode", { items: "{{rows}}", expression: "item.nope" }],
      },
      ["rows → column", "column → old", "old → fresh", "fresh → map", "map → bad"],
    );

    expect(report.variables).toMatchObject({
      old: { result: [{ n: 1, s: "open" }], removed: [{ n: 5, s: "closed" }] },
      fresh: { result: [{ n: 5, s: "closed" }] },
      map: { result: [2, 11] },
    });
    expect(report).toMatchObject({ status: "failed", error: { node: "bad" } });
  });

  test("nodes without flow are evaluated for those who ask", async () => {
    const { report, logs } = await run(
      {
        start: ["StartNode"],
        set: ["SetVariableNode", { variable_name: "n", value: 4 }],
        read: ["GetVariableNode", { variable_name: "n" }],
        twice: ["MathOperationNode", { operation: "multiply", b: 2 }],
        show: log("{{twice.result}}"),
        end: ["EndNode"],
      },
      ["start → set", "set → show", "show → end", "read.value → twice.a"],
    );

    expect(report).toMatchObject({ status: "completed", unreached: [] });
    expect(logs).toEqual(["8"]);
  });

  test("an item of CreateListNode may come over a connection, whatever its number", async () => {
    const { report } = await run(
      { one: ["SetVariableNode", { variable_name: "x", value: [1] }], list: ["CreateListNode", { item_1: "a" }] },
      ["one → list", "one.value → list.item_7"],
    );

    expect(report.variables["list"]).toEqual({ list: ["a", [1]] });
  });

  test("a wait is not cut short by the limit of nodes", async () => {
    const { report } = await run({ wait: ["WaitNode", { duration_ms: 60 }] }, [], { timeout: 0.02 });

    expect(report.status).toBe("completed");
  });

  test("wrong parameters are found before the run, with their names", () => {
    const { plan, issues } = compile(
      {
        calculate: ["MathOperationNode", { operation: "plus", a: "ten" }],
        read: ["ReadFileNode", {}],
        request: ["HttpRequestNode", { url: "https://example.org", verify_ssl: false }],
      },
      ["calculate → read", "read → request"],
    );

    expect(plan).toBeUndefined();
    expect(issues.filter(({ severity }) => severity === "error").map(({ node, port }) => `${node}.${port}`)).toEqual([
      "calculate.operation",
      "calculate.a",
      "read.file_path",
      "request.verify_ssl",
    ]);
  });

  test("a request makes exactly the tries it was asked for", async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.socket?.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { report } = await run({ get: ["HttpRequestNode", { url, retry_count: 2, retry_delay: 0 }] }, []);

      expect(report).toMatchObject({ status: "failed", error: { code: "HTTP_CONNECTION_LOST" } });
      expect(requests).toBe(3);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
