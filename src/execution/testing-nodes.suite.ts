import { z } from "zod";
import type { JsonValue } from "../core/json.ts";
import { asText, isTruthy } from "./expression-values.ts";
import { type AnyNode, nodeDefiner } from "./node-definition.ts";
import { anything, choice, decimal, integer, list, maybe, text, textOr, withDefault } from "./parameters.ts";
import { createRegistry } from "./registry.ts";

/** What the nodes of these tests may need. */
export interface TestCapabilities {
  readonly greeter: { greet(name: string): string };
}

const defineNode = nodeDefiner<TestCapabilities>();
const nothing = z.object({});
const pair = textOr("");

/** A small catalogue: every structure once, and steps that set, calculate, log, fail and wait. */
export const testNodes: readonly AnyNode[] = [
  defineNode({
    type: "StartNode",
    category: "test",
    summary: "Starts",
    structure: "start",
    needs: [],
    effect: "none",
    config: nothing,
    run: () => ({}),
  }),
  defineNode({
    type: "EndNode",
    category: "test",
    summary: "Ends",
    structure: "end",
    needs: [],
    effect: "none",
    config: nothing,
    execOutputs: [],
    run: () => ({}),
  }),
  defineNode({
    type: "CommentNode",
    category: "test",
    summary: "Remarks",
    needs: [],
    effect: "none",
    config: z.object({ comment: textOr("") }),
    run: () => {
      throw new Error("a comment must not run");
    },
  }),
  defineNode({
    type: "SetNode",
    category: "test",
    summary: "Sets a variable",
    needs: [],
    effect: "idempotent",
    config: z.object({ name: text(), value: anything() }),
    inputs: { value: "ANY" },
    outputs: { value: "ANY" },
    configAliases: { variable: "name" },
    run({ config, variables }) {
      variables.set(config.name, config.value ?? null);
      return { outputs: { value: config.value ?? null } };
    },
  }),
  defineNode({
    type: "AppendNode",
    category: "test",
    summary: "Appends text to the variable log",
    needs: [],
    effect: "once",
    config: z.object({ text: text() }),
    inputs: { text: "STRING" },
    outputs: { text: "STRING" },
    run({ config, variables }) {
      variables.set("log", `${asText(variables.get("log") ?? "")}${config.text}`);
      return { outputs: { text: config.text } };
    },
  }),
  defineNode({
    type: "MathNode",
    category: "test",
    summary: "Adds",
    needs: [],
    effect: "none",
    config: z.object({ a: decimal(), b: withDefault(decimal(), 0) }),
    inputs: { a: "FLOAT", b: "FLOAT" },
    outputs: { result: "FLOAT" },
    portAliases: { sum: "result", x: "a" },
    run: ({ config }) => ({ outputs: { result: config.a + config.b } }),
  }),
  defineNode({
    type: "GetNode",
    category: "test",
    summary: "Reads a variable",
    needs: [],
    effect: "none",
    config: z.object({ name: text() }),
    outputs: { value: "ANY" },
    run: ({ config, variables }) => ({ outputs: { value: variables.get(config.name) ?? null } }),
  }),
  defineNode({
    type: "EvaluateNode",
    category: "test",
    summary: "Evaluates an expression",
    needs: [],
    effect: "none",
    config: z.object({ expression: text() }),
    outputs: { value: "ANY" },
    rawConfig: ["expression"],
    run: ({ config, evaluate }) => ({ outputs: { value: evaluate(config.expression, { extra: 7 }) } }),
  }),
  defineNode({
    type: "IfNode",
    category: "test",
    summary: "Branches",
    needs: [],
    effect: "none",
    config: z.object({ condition: anything() }),
    inputs: { condition: "ANY" },
    execOutputs: ["true", "false"],
    rawConfig: ["condition"],
    run({ config, evaluate }) {
      const value = typeof config.condition === "string" ? evaluate(config.condition) : (config.condition ?? null);
      return { route: isTruthy(value) ? "true" : "false" };
    },
  }),
  defineNode({
    type: "SwitchNode",
    category: "test",
    summary: "Branches by value",
    needs: [],
    effect: "none",
    config: z.object({ value: text(), cases: withDefault(list(), []) }),
    execOutputs: ["default"],
    dynamicExecOutputs: ({ cases }) =>
      Array.isArray(cases) ? cases.flatMap((item, index) => [`case_${String(item)}`, `case_${index}`]) : [],
    run({ config }) {
      const index = config.cases.indexOf(config.value);
      return { route: index < 0 ? "default" : [`case_${config.value}`, `case_${index}`] };
    },
  }),
  defineNode({
    type: "MergeNode",
    category: "test",
    summary: "Joins",
    needs: [],
    effect: "none",
    config: nothing,
    run: () => ({}),
  }),
  defineNode({
    type: "FailNode",
    category: "test",
    summary: "Fails, by default always",
    needs: [],
    effect: "once",
    config: z.object({ message: textOr("it broke"), times: withDefault(integer({ min: 0 }), 1_000_000) }),
    outputs: { ok: "BOOLEAN" },
    errorOutput: "error",
    run({ config, variables, nodeId }) {
      const name = `${nodeId}_tries`;
      const tries = Number(variables.get(name) ?? 0) + 1;
      variables.set(name, tries);
      if (tries <= config.times) throw new Error(config.message);
      return { outputs: { ok: true } };
    },
  }),
  defineNode({
    type: "OwnRetryNode",
    category: "test",
    summary: "Fails, and would make further tries by itself",
    needs: [],
    effect: "once",
    retriesItself: true,
    config: z.object({ retry_count: maybe(integer()), retry_interval: maybe(integer()) }),
    run: () => {
      throw new Error("it broke");
    },
  }),
  defineNode({
    type: "RouteNode",
    category: "test",
    summary: "Takes the output it is told",
    needs: [],
    effect: "none",
    config: z.object({ route: text() }),
    execOutputs: ["left", "right"],
    run: ({ config }) => ({ route: config.route }),
  }),
  defineNode({
    type: "HangNode",
    category: "test",
    summary: "Never ends and ignores its signal",
    needs: [],
    effect: "none",
    timeoutMs: 0,
    config: nothing,
    outputs: { value: "ANY" },
    run: () => new Promise(() => undefined),
  }),
  defineNode({
    type: "SlowNode",
    category: "test",
    summary: "Never ends, but has a limit of 20 ms",
    needs: [],
    effect: "none",
    timeoutMs: 20,
    config: nothing,
    run: () => new Promise(() => undefined),
  }),
  defineNode({
    type: "GreetNode",
    category: "test",
    summary: "Needs a capability",
    needs: ["greeter"],
    effect: "none",
    config: z.object({ name: text() }),
    outputs: { greeting: "STRING" },
    run: ({ config, greeter }) => ({ outputs: { greeting: greeter.greet(config.name) } }),
  }),
  defineNode({
    type: "RawNode",
    category: "test",
    summary: "Gives out what it was told, JSON or not",
    needs: [],
    effect: "none",
    config: z.object({ kind: choice(["function", "cycle", "date", "nan", "proto"]) }),
    outputs: { value: "ANY" },
    run: ({ config }) => ({ outputs: { value: oddValue(config.kind) } }),
  }),
  defineNode({
    type: "TypedNode",
    category: "test",
    summary: "Has a port of each kind",
    needs: [],
    effect: "none",
    config: z.object({
      text: maybe(text()),
      number: maybe(decimal()),
      list: maybe(list()),
      page: anything(),
      any: anything(),
    }),
    inputs: { text: "STRING", number: "INTEGER", list: "LIST", page: "PAGE", any: "ANY" },
    outputs: { text: "STRING", number: "NUMBER", list: "LIST", page: "PAGE", any: "ANY" },
    run: () => ({ outputs: { text: "t", number: 1, list: [1], any: null } }),
  }),
  defineNode({
    type: "LogNode",
    category: "test",
    summary: "Logs, and names an artifact",
    needs: [],
    effect: "none",
    config: z.object({ message: text(), path: textOr("") }),
    run({ config, log, addArtifact }) {
      log("info", config.message, { length: config.message.length });
      if (config.path !== "") addArtifact(config.path, "text/plain");
      return {};
    },
  }),
  ...scopeNodes(),
];

function scopeNodes(): readonly AnyNode[] {
  const scope = { category: "test", summary: "Shapes the flow", needs: [], effect: "none", run: () => ({}) } as const;
  const loop = { ...scope, execOutputs: ["body", "completed"], portAliases: { loop: "body", item: "current_item" } };
  return [
    defineNode({
      ...loop,
      type: "ForLoopStartNode",
      structure: "for",
      config: z.object({
        mode: withDefault(choice(["items", "range"]), "items"),
        items: anything(),
        list_var: textOr(""),
        item_var: textOr("item"),
        start: withDefault(integer(), 0),
        end: withDefault(integer(), 10),
        step: withDefault(integer(), 1),
      }),
      inputs: { items: "ANY", end: "INTEGER" },
      outputs: { current_item: "ANY", current_index: "INTEGER", current_key: "ANY" },
    }),
    defineNode({
      ...loop,
      type: "WhileLoopStartNode",
      structure: "while",
      config: z.object({
        condition: anything(),
        expression: textOr(""),
        max_iterations: withDefault(integer({ min: 1 }), 1_000),
      }),
      inputs: { condition: "ANY" },
      outputs: { current_iteration: "INTEGER" },
      rawConfig: ["condition", "expression"],
    }),
    defineNode({ ...scope, type: "ForLoopEndNode", structure: "for-end", config: z.object({ paired_start_id: pair }) }),
    defineNode({
      ...scope,
      type: "WhileLoopEndNode",
      structure: "while-end",
      config: z.object({ paired_start_id: pair }),
    }),
    defineNode({ ...scope, type: "BreakNode", structure: "break", config: z.object({ paired_loop_start_id: pair }) }),
    defineNode({
      ...scope,
      type: "ContinueNode",
      structure: "continue",
      config: z.object({ paired_loop_start_id: pair }),
    }),
    defineNode({
      ...scope,
      type: "TryNode",
      structure: "try",
      config: z.object({ paired_catch_id: pair, paired_finally_id: pair }),
      execOutputs: ["try_body"],
      portAliases: { exec_out: "try_body" },
    }),
    defineNode({
      ...scope,
      type: "CatchNode",
      structure: "catch",
      config: z.object({ paired_try_id: pair, error_types: textOr("") }),
      execOutputs: ["catch_body"],
      portAliases: { exec_out: "catch_body" },
      outputs: { error_message: "STRING", error_type: "STRING", stack_trace: "STRING" },
    }),
    defineNode({
      ...scope,
      type: "FinallyNode",
      structure: "finally",
      config: z.object({ paired_try_id: pair }),
      execOutputs: ["finally_body"],
      portAliases: { exec_out: "finally_body" },
      outputs: { had_error: "BOOLEAN" },
    }),
  ];
}

function oddValue(kind: "function" | "cycle" | "date" | "nan" | "proto"): JsonValue {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const values: Readonly<Record<typeof kind, unknown>> = {
    function: { run: () => undefined },
    cycle,
    date: [new Date("2026-01-02T03:04:05Z"), undefined],
    nan: { value: Number.NaN, minus: -0, gone: undefined },
    proto: JSON.parse('{"__proto__": {"polluted": true}}'),
  };
  return values[kind] as JsonValue;
}

export const testRegistry = createRegistry(testNodes, { AddNode: "MathNode", GoneNode: "NowhereNode" });
