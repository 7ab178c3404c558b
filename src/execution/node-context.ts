import { basename } from "node:path";
import type { JsonValue } from "../core/json.ts";
import { executionErrors } from "./errors.ts";
import type { LogLevel, VariableScope } from "./node-definition.ts";
import { ownValue } from "./own-values.ts";
import type { PlanNode } from "./plan.ts";
import type { Inputs } from "./resolve-inputs.ts";
import { deleteVariable, type RunSession, setVariable } from "./run-session.ts";
import { type ValueScope, withNames } from "./value-scope.ts";

/** What a node gets to work with, and how it is taken away again. */
export interface OpenContext {
  readonly context: object;
  /** From now on the node can change nothing any more: it has ended, or was given up. */
  readonly close: () => void;
}

/** What one run of a node works with. */
export interface ContextParts {
  readonly inputs: Inputs;
  /** Aborts with the run and at the node's limit. */
  readonly signal: AbortSignal;
  /** 0 for none. */
  readonly timeoutMs: number;
  /** What its expressions see. */
  readonly scope: ValueScope;
  /** Told the name of every variable that is read. */
  readonly noteRead: (name: string) => void;
}

export function openContext(session: RunSession, node: PlanNode, parts: ContextParts): OpenContext {
  const { inputs, signal, timeoutMs, scope } = parts;
  const { sink } = session;
  let isOpen = true;
  const assertOpen = (): void => {
    if (!isOpen) throw executionErrors.WORKFLOW_NODE_OVER({ node: node.id });
  };
  return {
    context: {
      nodeId: node.id,
      config: inputs.config,
      extra: inputs.extra,
      signal,
      timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
      variables: variableScope(session, parts, assertOpen),
      now: () => session.clock.now(),
      random: session.random,
      log(level: LogLevel, message: string, data?: JsonValue) {
        // What a node says after it was given up is nobody's business any more.
        if (!isOpen) return;
        const facts = data === undefined ? {} : { data: session.plain(data, "The data of a log line") };
        sink.emit({ type: "log", node: node.id, level, message, ...facts });
      },
      evaluate: (expression: string, names?: Readonly<Record<string, JsonValue>>) =>
        session.compile(expression).evaluate(names === undefined ? scope : withNames(scope, names)),
      protect: (secret: string) => session.masker.add(secret),
      addArtifact(path: string, contentType = "application/octet-stream") {
        assertOpen();
        sink.emit({ type: "artifact", node: node.id, path, name: basename(path), contentType });
      },
    },
    close() {
      isOpen = false;
    },
  };
}

function variableScope(session: RunSession, parts: ContextParts, assertOpen: () => void): VariableScope {
  const read = (name: string): JsonValue | undefined => {
    parts.noteRead(name);
    return ownValue(session.flow.variables, name);
  };
  return {
    get: read,
    has: (name) => read(name) !== undefined,
    set(name, value) {
      assertOpen();
      setVariable(session, name, value);
    },
    delete(name) {
      assertOpen();
      deleteVariable(session, name);
    },
  };
}
