import type { z } from "zod";
import type { JsonValue } from "../core/json.ts";

/** Type of a data port, as the node catalogue names them. */
export type PortType =
  | "STRING"
  | "NUMBER"
  | "INTEGER"
  | "FLOAT"
  | "BOOLEAN"
  | "LIST"
  | "DICT"
  | "ANY"
  | "PAGE"
  | "BROWSER"
  | "ELEMENT"
  | "BYTES"
  | "OBJECT"
  | "DB_CONNECTION"
  | "WORKBOOK"
  | "WORKSHEET"
  | "DOCUMENT"
  | "WINDOW"
  | "DESKTOP_ELEMENT";

/** May a node run again for the same step? `none`: no effect at all. `idempotent`: again is harmless. `once`: not without asking. */
export type NodeEffect = "none" | "idempotent" | "once";

/**
 * The part a node plays in the structure of the flow. `step` just runs; the engine itself handles the others as scopes,
 * because they decide what runs next over more than one step.
 */
export type NodeStructure =
  | "step"
  | "start"
  | "end"
  | "for"
  | "for-end"
  | "while"
  | "while-end"
  | "break"
  | "continue"
  | "try"
  | "catch"
  | "finally";

/** A parameter value that still holds templates is text; the schema sees it after they are resolved. */
export type ConfigSchema = z.ZodObject;

/**
 * What a node is: data, and one function that does it.
 *
 * `config` holds every parameter: a parameter that is also a key of `inputs` may come over a connection, which wins over
 * the value in the file; the schema's default comes last. The schema is applied after templates are resolved.
 */
export interface NodeDefinition<
  Caps extends object = object,
  Config extends ConfigSchema = ConfigSchema,
  Needs extends keyof Caps & string = keyof Caps & string,
> {
  /** Stored in workflow files, so it never changes: `ClickElementNode`. */
  readonly type: string;
  /** Counts up when the meaning changes. */
  readonly version: number;
  readonly category: string;
  /** One sentence for the catalogue. */
  readonly summary: string;
  readonly structure: NodeStructure;
  readonly needs: readonly Needs[];
  readonly effect: NodeEffect;
  readonly config: Config;
  /** Data inputs; each is also a key of `config`. `*` admits any further name (CreateDict's key_4 …). */
  readonly inputs: Readonly<Record<string, PortType>>;
  readonly outputs: Readonly<Record<string, PortType>>;
  /** Flow outputs in order; the first is taken unless `run` routes. [] for nodes that end a path. */
  readonly execOutputs: readonly string[];
  /** Flow outputs whose names depend on the config (`case_x` of Switch); asked at compile time with the raw config. */
  readonly dynamicExecOutputs?: (config: Readonly<Record<string, JsonValue>>) => readonly string[];
  /** The flow output taken when the node fails and it is wired. */
  readonly errorOutput?: string;
  /** Config keys of old files → the key they mean: `{ path: "file_path" }`. Used only when the right key is absent; reported as a note. */
  readonly configAliases?: Readonly<Record<string, string>>;
  /** Port names of old files → the port they mean. */
  readonly portAliases?: Readonly<Record<string, string>>;
  /** Limit of one run when neither node nor file sets one, milliseconds; 0 for none. Default: the file's. */
  readonly timeoutMs?: number;
  /** The node itself makes the further tries that its `retry_count` asks for; the engine adds none to them. */
  readonly retriesItself?: boolean;
  /**
   * Config keys whose text is code or an expression: templates in them are left to the node or the engine. Those called
   * `condition` or `expression` are expressions of the workflow language, and are checked when the file is compiled.
   */
  readonly rawConfig?: readonly string[];
  run(context: NodeContext<Caps, Config, Needs>): Promise<NodeResult> | NodeResult;
}

/**
 * Output port values; undefined ones are not published. `route` names the flow output to take; of several names for the
 * same one (`case_x` and `case_0` of Switch) the first that is wired is taken, else the first.
 */
export interface NodeResult {
  readonly outputs?: Readonly<Record<string, JsonValue | undefined>>;
  readonly route?: string | readonly string[];
}

/** What a running node is given: its config, resolved and validated, the capabilities it declared, and ways to report. */
export type NodeContext<Caps extends object, Config extends ConfigSchema, Needs extends keyof Caps> = Pick<
  Caps,
  Needs
> & {
  readonly nodeId: string;
  readonly config: z.output<Config>;
  /** Config keys the schema does not know, templates resolved. */
  readonly extra: Readonly<Record<string, JsonValue>>;
  /** Aborts on cancel, lost lease, node timeout. Pass it on to everything that waits. */
  readonly signal: AbortSignal;
  /** Milliseconds until the node's limit, undefined without one. */
  readonly timeoutMs: number | undefined;
  readonly variables: VariableScope;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  /** To the job's log. */
  readonly log: (level: LogLevel, message: string, data?: JsonValue) => void;
  /** Compiles and evaluates an expression of the workflow language against the run's values. */
  readonly evaluate: (expression: string, extraNames?: Readonly<Record<string, JsonValue>>) => JsonValue;
  /** From now on this text is masked in the run's events, logs and report: for secrets that the node itself makes. */
  readonly protect: (secret: string) => void;
  /** Hands a file to the job's artifacts; the run's owner uploads it. @param path absolute or relative to the working directory. */
  readonly addArtifact: (path: string, contentType?: string) => void;
};

/** How grave a log line is. */
export type LogLevel = "debug" | "info" | "warning" | "error" | "critical";

/** The run's variables as a node sees them. */
export interface VariableScope {
  get(name: string): JsonValue | undefined;
  has(name: string): boolean;
  /** Rejects (throws WORKFLOW_VARIABLE_READONLY) for a readonly variable. */
  set(name: string, value: JsonValue): void;
  delete(name: string): void;
}

/**
 * Makes the `defineNode` of an application: `const defineNode = nodeDefiner<Capabilities>()`.
 *
 * What nodes may need (a browser, files …) is the application's business; the engine only hands through what is asked for.
 */
export function nodeDefiner<Caps extends object>() {
  return function defineNode<Config extends ConfigSchema, Needs extends keyof Caps & string = never>(
    node: NodeInput<Caps, Config, Needs>,
  ): NodeDefinition<Caps, Config, Needs> {
    return {
      version: 1,
      structure: "step",
      inputs: {},
      outputs: {},
      execOutputs: ["exec_out"],
      ...node,
    };
  };
}

type Defaulted = "version" | "structure" | "inputs" | "outputs" | "execOutputs";

/** A definition as it is written: what has a usual value may be left out. */
export type NodeInput<Caps extends object, Config extends ConfigSchema, Needs extends keyof Caps & string> = Omit<
  NodeDefinition<Caps, Config, Needs>,
  Defaulted
> &
  Partial<Pick<NodeDefinition<Caps, Config, Needs>, Defaulted>>;

/** Any node, whatever it needs: what the registry and the engine hold. */
export interface AnyNode extends Omit<NodeDefinition, "needs" | "run"> {
  readonly needs: readonly string[];
  // A method, so that definitions with narrower contexts are assignable.
  run(context: never): Promise<NodeResult> | NodeResult;
}
