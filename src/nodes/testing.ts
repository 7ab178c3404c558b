import { z } from "zod";
import type { JsonValue } from "../core/json.ts";
import type { AnyNode, LogLevel } from "../execution/index.ts";
import type { Capabilities } from "./capabilities.ts";

/** What a node under test is given; what is left out has a harmless value. */
export interface NodeTestOptions extends Partial<Capabilities> {
  readonly variables?: Readonly<Record<string, JsonValue>>;
  /** Config keys that the schema does not know, like item_4 of CreateListNode. */
  readonly extra?: Readonly<Record<string, JsonValue>>;
  readonly now?: Date;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly evaluate?: (expression: string, names?: Readonly<Record<string, JsonValue>>) => JsonValue;
  readonly signal?: AbortSignal;
}

/** What a node did. */
export interface NodeTestResult {
  readonly outputs: Readonly<Record<string, JsonValue | undefined>>;
  readonly route: string | readonly string[] | undefined;
  readonly variables: ReadonlyMap<string, JsonValue>;
  readonly logs: readonly {
    readonly level: LogLevel;
    readonly message: string;
    readonly data: JsonValue | undefined;
  }[];
  /** What it asked to be masked from then on. */
  readonly secrets: readonly string[];
  readonly artifacts: readonly { readonly path: string; readonly contentType: string | undefined }[];
}

/**
 * Runs one node without the engine: its config is read by its schema, as the engine would after filling the templates.
 *
 * Rejects with what the node throws, or with the schema's ZodError.
 */
export async function runNode(
  node: AnyNode,
  config: Readonly<Record<string, JsonValue>>,
  options: NodeTestOptions = {},
): Promise<NodeTestResult> {
  const variables = new Map<string, JsonValue>(Object.entries(options.variables ?? {}));
  const logs: NodeTestResult["logs"][number][] = [];
  const secrets: string[] = [];
  const artifacts: NodeTestResult["artifacts"][number][] = [];
  const result = await node.run({
    ...options,
    nodeId: "node_1",
    config: z.parse(node.config, config),
    extra: options.extra ?? {},
    signal: options.signal ?? new AbortController().signal,
    timeoutMs: undefined,
    variables: {
      get: (name: string) => variables.get(name),
      has: (name: string) => variables.has(name),
      set: (name: string, value: JsonValue) => void variables.set(name, value),
      delete: (name: string) => void variables.delete(name),
    },
    now: () => options.now ?? new Date("2026-01-01T00:00:00Z"),
    random: options.random ?? (() => 0.5),
    log: (level: LogLevel, message: string, data?: JsonValue) => void logs.push({ level, message, data }),
    evaluate:
      options.evaluate ??
      (() => {
        throw new TypeError("this test passed no evaluate");
      }),
    protect: (secret: string) => void secrets.push(secret),
    addArtifact: (path: string, contentType?: string) => void artifacts.push({ path, contentType }),
  } as never);
  return { outputs: result.outputs ?? {}, route: result.route, variables, logs, artifacts, secrets };
}
