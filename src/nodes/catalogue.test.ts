import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { AnyNode } from "../execution/index.ts";
import { allNodes } from "./all-nodes.ts";

interface Ports {
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
}

/** What the catalogue of the predecessor says about a type; set CASARE_REFERENCE_DIR to the folder that holds it. */
interface CatalogueEntry extends Ports {
  readonly type: string;
  /** Of super nodes: the ports of each action. */
  readonly actions?: Readonly<Record<string, Ports>>;
  readonly properties: readonly {
    readonly name: string;
    readonly default: unknown;
    readonly required?: boolean;
    readonly choices?: readonly unknown[];
  }[];
}

/** Where a node differs from the catalogue on purpose: finding → reason. Every entry must still be true. */
const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  EndNode: { "output exec_out is missing": "a path ends here" },
  SwitchNode: { "output exec_out is missing": "it never fired; a switch leaves by a case or by default" },
  TryNode: {
    "output exec_out is missing": "it never fired; old files that wire it mean try_body, which the alias says",
  },
  FuzzyStringMatchNode: {
    "output match_found is added": "the old node meant to have it, and lost it",
    "output no_match is added": "as above",
  },
  LogErrorNode: {
    'default of error_message is ""': "a missing fact must not keep an error out of the log",
    'default of error_type is ""': "as above",
    "parameter error_message is not required": "as above",
    "parameter error_type is not required": "as above",
    "parameter context is not required": "as above",
  },
  SetVariableNode: {
    "default of variable_type is undefined": "without a type the value keeps its own; String would turn 0 into text",
  },
  LogNode: { 'default of level is "info"': "the catalogue's critical would make every log line an alarm" },
  AssertNode: { "default of condition is undefined": "the node itself takes a missing condition for true" },
  ListFilterNode: {
    "choices of condition are not checked": "old files hold expressions there; other text is evaluated as one",
  },
  FormFillerNode: {
    "default of field_mapping is {}": "an empty mapping fills no field, which is no mistake",
    "parameter field_mapping is not required": "as above",
  },
  RandomUUIDNode: { "choices of version are not checked": "it is a number; 1 and 4 are checked by hand" },
  FileSystemSuperNode: { "output attachment_file is added": "Write File gives it out as WriteFileNode does" },
  ListSuperNode: {
    "output result is ANY": "text of Join, anything of Reduce",
    "default of list is []": "Create List needs none, and elsewhere none is an empty one",
    "parameter list is not required": "as above",
    "default of index is 0": "only Get Item has one",
    "parameter index is not required": "as above",
  },
  DictSuperNode: {
    "default of dict is {}": "Create Dict needs none, and elsewhere none is an empty one",
    "parameter dict is not required": "as above",
    'default of key is ""': "only some actions have one",
    "parameter key is not required": "as above",
  },
};

const file = path.join(process.env["CASARE_REFERENCE_DIR"] ?? "", "node-catalogue.json");
const isThere = process.env["CASARE_REFERENCE_DIR"] !== undefined && existsSync(file);
const unless = isThere ? "" : " (CASARE_REFERENCE_DIR names no folder with node-catalogue.json: not compared)";

describe.skipIf(!isThere)(`the node catalogue of the predecessor${unless}`, () => {
  test("every node has its ports, parameters, defaults and choices", () => {
    const entries = JSON.parse(readFileSync(file, "utf8")) as readonly CatalogueEntry[];
    const byType = new Map(entries.map((entry) => [entry.type, entry]));

    const found: Record<string, readonly string[]> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const node of allNodes) {
      const entry = byType.get(node.type);
      if (entry === undefined) continue;
      found[node.type] = differences(node, entry).toSorted();
      expected[node.type] = Object.keys(DEVIATIONS[node.type] ?? {}).toSorted();
    }

    expect(Object.keys(found).length).toBeGreaterThan(100);
    expect(found).toEqual(expected);
  });
});

function differences(node: AnyNode, entry: CatalogueEntry): string[] {
  return [
    ...portDifferences(node, entry),
    ...entry.properties.flatMap((property) => parameterDifferences(node, property)),
  ];
}

const isFlow = ({ type }: { readonly type: string }): boolean => type === "EXEC";

function portDifferences(node: AnyNode, entry: CatalogueEntry): string[] {
  // A super node has the ports of all its actions.
  const sources: readonly Ports[] = [entry, ...Object.values(entry.actions ?? {})];
  const inputs = Object.entries(node.inputs).filter(([name]) => name !== "*");
  const outputs: [string, string][] = [
    ...Object.entries(node.outputs),
    ...node.execOutputs.map((name): [string, string] => [name, "EXEC"]),
  ];
  const wantedInputs = sources.flatMap((ports) => ports.inputs).filter((port) => !isFlow(port));
  return [
    ...compare("input", inputs, wantedInputs),
    ...compare(
      "output",
      outputs,
      sources.flatMap((ports) => ports.outputs),
    ),
  ];
}

function compare(
  side: string,
  ours: readonly (readonly [string, string])[],
  theirs: readonly { readonly name: string; readonly type: string }[],
): string[] {
  const names = new Map(ours);
  const wanted = new Map(theirs.map(({ name, type }) => [name, type]));
  return [
    ...theirs.flatMap(({ name, type }) => {
      const own = names.get(name);
      if (own === undefined) return [`${side} ${name} is missing`];
      return own === type ? [] : [`${side} ${name} is ${own}`];
    }),
    ...ours.filter(([name]) => !wanted.has(name)).map(([name]) => `${side} ${name} is added`),
  ];
}

function parameterDifferences(node: AnyNode, property: CatalogueEntry["properties"][number]): string[] {
  const schema = node.config.shape[property.name];
  if (schema === undefined) return [`parameter ${property.name} is missing`];
  const ofNothing = schema["~standard"].validate(undefined);
  if (ofNothing instanceof Promise) throw new TypeError("schemas are synchronous");
  const isRequired = ofNothing.issues !== undefined;
  const value = isRequired ? undefined : ofNothing.value;
  const differs = !isRequired && !sameDefault(value, property.default);
  const isLoose = property.required === true && !isRequired;
  return [
    ...(differs ? [`default of ${property.name} is ${JSON.stringify(value)}`] : []),
    ...(isLoose && property.default === null ? [`parameter ${property.name} is not required`] : []),
    ...(property.choices === undefined ? [] : choiceDifferences(node, property.name, property.choices)),
  ];
}

/** What the catalogue leaves empty may be absent here. */
function sameDefault(ours: unknown, theirs: unknown): boolean {
  if (ours === undefined) return theirs === null || theirs === "";
  return JSON.stringify(ours) === JSON.stringify(theirs);
}

function choiceDifferences(node: AnyNode, name: string, choices: readonly unknown[]): string[] {
  const schema = node.config.shape[name];
  const refused = choices.filter((choice) => schema?.safeParse(choice).success !== true);
  const isOpen = schema?.safeParse("no such choice").success === true || typeof choices[0] !== "string";
  return [
    ...refused.map((choice) => `choice ${String(choice)} of ${name} is refused`),
    ...(isOpen ? [`choices of ${name} are not checked`] : []),
  ];
}
