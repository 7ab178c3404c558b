import type { Readable } from "node:stream";
import type { Command } from "commander";
import { messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import type { VariableDeclaration } from "../../execution/index.ts";
import { cliErrors } from "../errors.ts";
import { collect } from "../read-option.ts";
import { readInput } from "./read-input.ts";
import { readVariableText, splitAssignment } from "./variable-values.ts";

/** How variables were given on the command line. */
export interface VariableOptions {
  /** `name=value`. */
  readonly var?: readonly string[] | undefined;
  /** `name=path`: the file's text is the value, without its last line end. */
  readonly varFile?: readonly string[] | undefined;
  /** Path of a JSON object. */
  readonly varsFile?: string | undefined;
}

/** Adds the options of `VariableOptions`. */
export function withVariableOptions(command: Command): Command {
  return command
    .option("--var <name=value>", "value of a variable; not for secrets; may be repeated", collect)
    .option("--var-file <name=path>", "value of a variable from a file; may be repeated", collect)
    .option("--vars-file <path>", "values of variables from a JSON object");
}

/**
 * The values of all variable options: --vars-file, then --var-file, then --var; the later wins.
 *
 * Rejects with CLI_VARIABLE_SENSITIVE for a --var of a variable that is declared sensitive, and with CLI_USAGE or CLI_FILE_….
 */
export async function readGivenVariables(
  options: VariableOptions,
  declarations: ReadonlyMap<string, VariableDeclaration>,
  from: { readonly cwd: string; readonly stdin: Readable },
): Promise<Readonly<Record<string, JsonValue>>> {
  const values = new Map<string, JsonValue>();
  const assignments = (options.var ?? []).map((text) => splitAssignment("--var", text));
  for (const { name } of assignments) {
    if (declarations.get(name)?.sensitive === true) throw cliErrors.CLI_VARIABLE_SENSITIVE({ variable: name });
  }
  if (options.varsFile !== undefined) {
    for (const [name, value] of Object.entries(await readObject(options.varsFile, from))) values.set(name, value);
  }
  for (const option of options.varFile ?? []) {
    const { name, value: path } = splitAssignment("--var-file", option);
    const text = (await readInput(path, from)).replace(/\r?\n$/, "");
    values.set(name, readVariableText(text, declarations.get(name)));
  }
  for (const { name, value } of assignments) values.set(name, readVariableText(value, declarations.get(name)));
  return Object.fromEntries(values);
}

async function readObject(
  path: string,
  from: { readonly cwd: string; readonly stdin: Readable },
): Promise<Readonly<Record<string, JsonValue>>> {
  const text = await readInput(path, from);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: `it is not JSON${placeOf(messageOf(error))}` });
  }
  if (!isJsonObject(value)) {
    throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: 'it must hold one JSON object, such as {"name": "Ada"}' });
  }
  return value;
}

/** The parser's message quotes the text, and the text may hold secrets; only the place is taken from it. */
function placeOf(message: string): string {
  const place = /at position \d+/.exec(message);
  return place === null ? "" : ` (${place[0]})`;
}
