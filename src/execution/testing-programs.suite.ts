import { fc } from "@fast-check/vitest";
import type { JsonValue } from "../core/json.ts";
import { neverReached } from "./never.ts";
import type { ShortFile } from "./testing.suite.ts";

/** A structured program: what a workflow graph means, written down directly. */
type Statement =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "add"; readonly by: number }
  | { readonly kind: "fork"; readonly texts: readonly [string, string] }
  | { readonly kind: "if"; readonly odd: boolean; readonly yes: Program; readonly no: Program }
  | { readonly kind: "for"; readonly count: number; readonly body: Program }
  | { readonly kind: "while"; readonly count: number; readonly body: Program }
  | { readonly kind: "try"; readonly body: Program; readonly handler?: Program; readonly last?: Program }
  | { readonly kind: "fail"; readonly times: number }
  | { readonly kind: "jump"; readonly how: "break" | "continue"; readonly odd: boolean };

export type Program = readonly Statement[];

/** Any program, loops and tries nested up to three deep. */
export const anyProgram: fc.Arbitrary<Program> = fc.letrec<{ program: Program; statement: Statement }>((tie) => ({
  program: fc.array(tie("statement"), { maxLength: 4, depthIdentifier: "program" }),
  statement: fc.oneof(
    { depthIdentifier: "program", maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant("say" as const), text: fc.constantFrom("a", "b", "c") }),
    fc.record({ kind: fc.constant("add" as const), by: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant("fail" as const), times: fc.integer({ min: 0, max: 3 }) }),
    fc.record({
      kind: fc.constant("fork" as const),
      texts: fc.tuple(fc.constantFrom("x", "y"), fc.constantFrom("v", "w")),
    }),
    fc.record({
      kind: fc.constant("jump" as const),
      how: fc.constantFrom("break" as const, "continue" as const),
      odd: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("if" as const), odd: fc.boolean(), yes: tie("program"), no: tie("program") }),
    fc.record({ kind: fc.constant("for" as const), count: fc.integer({ min: 0, max: 3 }), body: tie("program") }),
    fc.record({ kind: fc.constant("while" as const), count: fc.integer({ min: 0, max: 3 }), body: tie("program") }),
    fc.record(
      { kind: fc.constant("try" as const), body: tie("program"), handler: tie("program"), last: tie("program") },
      { requiredKeys: ["kind", "body"] },
    ),
  ),
})).program;

type Exit = string;

/** The workflow of a program. Its variables: `log` (text), `n` (a counter), and what loops need. */
export function workflowOf(program: Program): ShortFile {
  const nodes: Record<string, readonly [string, Record<string, JsonValue>]> = { start: ["StartNode", {}] };
  const flow: string[] = [];
  const data: string[] = [];
  const variables: Record<string, JsonValue> = { log: "", n: 0 };
  let made = 0;

  function add(type: string, config: Record<string, JsonValue> = {}): string {
    const id = `n${made++}`;
    nodes[id] = [type, config];
    return id;
  }
  function connect(exits: readonly Exit[], node: string): void {
    for (const exit of exits) flow.push(`${exit} > ${node}`);
  }

  function all(statements: Program, from: readonly Exit[], loops: readonly string[]): readonly Exit[] {
    let exits = from;
    for (const statement of statements) exits = one(statement, exits, loops);
    return exits;
  }

  function one(statement: Statement, from: readonly Exit[], loops: readonly string[]): readonly Exit[] {
    switch (statement.kind) {
      case "say":
        return step("AppendNode", { text: statement.text }, from);
      case "add": {
        // A data node in between, so that resuming has its evaluations to keep too.
        const sum = add("MathNode", { a: "{{n}}", b: statement.by });
        const set = add("SetNode", { name: "n" });
        data.push(`${sum}.result > ${set}.value`);
        connect(from, set);
        return [set];
      }
      case "fail":
        return step("FailNode", { times: statement.times }, from);
      case "fork": {
        const [left, right, join] = [
          add("AppendNode", { text: statement.texts[0] }),
          add("AppendNode", { text: statement.texts[1] }),
          add("MergeNode"),
        ];
        connect(from, left);
        connect(from, right);
        connect([left, right], join);
        return [join];
      }
      case "if": {
        const test = add("IfNode", { condition: statement.odd ? "n % 2 == 1" : "{{n}} % 2 == 0" });
        connect(from, test);
        const ends = [...all(statement.yes, [`${test}.true`], loops), ...all(statement.no, [`${test}.false`], loops)];
        const join = add("MergeNode");
        connect(ends, join);
        return ends.length === 0 ? [] : [join];
      }
      case "for": {
        const loop = add("ForLoopStartNode", { mode: "range", end: statement.count, item_var: `i${made}` });
        connect(from, loop);
        connect(
          all(statement.body, [`${loop}.body`], [...loops, loop]),
          add("ForLoopEndNode", { paired_start_id: loop }),
        );
        return [`${loop}.completed`];
      }
      case "while":
        return whileLoop(statement, from, loops);
      case "try": {
        const block = add("TryNode");
        connect(from, block);
        // Without anything on try_body, exec_out would be the body.
        all(statement.body, step("MergeNode", {}, [`${block}.try_body`]), loops);
        if (statement.handler !== undefined) {
          all(statement.handler, [`${add("CatchNode", { paired_try_id: block })}.catch_body`], loops);
        }
        if (statement.last !== undefined) {
          all(statement.last, [`${add("FinallyNode", { paired_try_id: block })}.finally_body`], loops);
        }
        return [`${block}.exec_out`];
      }
      case "jump": {
        if (loops.length === 0) return from;
        const test = add("IfNode", { condition: statement.odd ? "n % 2 == 1" : "n % 2 == 0" });
        connect(from, test);
        connect([`${test}.true`], add(statement.how === "break" ? "BreakNode" : "ContinueNode"));
        return [`${test}.false`];
      }
    }
    return neverReached(statement);
  }

  function whileLoop(
    statement: Statement & { readonly kind: "while" },
    from: readonly Exit[],
    loops: readonly string[],
  ): readonly Exit[] {
    const counter = `w${made}`;
    variables[counter] = 0;
    const reset = add("SetNode", { name: counter, value: 0 });
    connect(from, reset);
    const loop = add("WhileLoopStartNode", { condition: `${counter} < ${statement.count}` });
    connect([reset], loop);
    const sum = add("EvaluateNode", { expression: `${counter} + 1` });
    const bump = add("SetNode", { name: counter, value: `{{${sum}.value}}` });
    connect([`${loop}.body`], sum);
    connect([sum], bump);
    connect(all(statement.body, [bump], [...loops, loop]), add("WhileLoopEndNode", { paired_start_id: loop }));
    return [`${loop}.completed`];
  }

  function step(type: string, config: Record<string, JsonValue>, from: readonly Exit[]): readonly Exit[] {
    const id = add(type, config);
    connect(from, id);
    return [id];
  }

  all(program, ["start"], []);
  return { nodes, flow, data, variables };
}

class Thrown extends Error {}
class Jump extends Error {
  readonly how: "break" | "continue";
  constructor(how: "break" | "continue") {
    super(how);
    this.how = how;
  }
}

/** What the program does, found out without any graph. */
export function interpret(program: Program): { readonly log: string; readonly n: number; readonly failed: boolean } {
  const state = { log: "", n: 0 };
  const tries = new Map<Statement, number>();

  function all(statements: Program, isInLoop: boolean): void {
    for (const statement of statements) one(statement, isInLoop);
  }
  /** One round. @returns false when the loop is over. */
  function round(body: Program): boolean {
    try {
      all(body, true);
    } catch (error) {
      if (!(error instanceof Jump)) throw error;
      return error.how === "continue";
    }
    return true;
  }
  function one(statement: Statement, isInLoop: boolean): void {
    switch (statement.kind) {
      case "say":
        state.log += statement.text;
        return;
      case "add":
        state.n += statement.by;
        return;
      case "fail": {
        const count = (tries.get(statement) ?? 0) + 1;
        tries.set(statement, count);
        if (count <= statement.times) throw new Thrown();
        return;
      }
      case "fork":
        state.log += statement.texts.join("");
        return;
      case "if":
        all((state.n % 2 === 1) === statement.odd ? statement.yes : statement.no, isInLoop);
        return;
      case "for":
      case "while":
        for (let i = 0; i < statement.count; i++) if (!round(statement.body)) return;
        return;
      case "try":
        guarded(statement, isInLoop);
        return;
      case "jump":
        if (isInLoop && (state.n % 2 === 1) === statement.odd) throw new Jump(statement.how);
    }
  }
  function guarded(statement: Statement & { readonly kind: "try" }, isInLoop: boolean): void {
    try {
      try {
        all(statement.body, isInLoop);
      } catch (error) {
        if (!(error instanceof Thrown) || statement.handler === undefined) throw error;
        all(statement.handler, isInLoop);
      }
    } finally {
      all(statement.last ?? [], isInLoop);
    }
  }

  try {
    all(program, false);
    return { ...state, failed: false };
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    return { ...state, failed: true };
  }
}
