import { messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { readInput } from "../workflow-input/read-input.ts";

type From = Pick<CommandContext, "cwd" | "stdin">;

/** The JSON Schema in a file. Rejects with CLI_FILE_…. */
export async function readSchemaFile(path: string, from: From): Promise<JsonObject> {
  const schema = parse(await readInput(path, from), path);
  if (!isJsonObject(schema)) throw unreadable(path, "it must hold one JSON object");
  return schema;
}

/** The items in a file: a JSON list, or one JSON object a line. Rejects with CLI_FILE_…. */
export async function readItemsFile(path: string, from: From): Promise<readonly JsonObject[]> {
  const text = await readInput(path, from);
  const items = text.trimStart().startsWith("[") ? parse(text, path) : parseLines(text, path);
  if (!Array.isArray(items)) throw unreadable(path, "it must hold a JSON list of items, or one item a line");
  return items.map((item: unknown, index) => {
    if (!isJsonObject(item)) throw unreadable(path, `item ${index + 1} must be a JSON object`);
    return item;
  });
}

function parseLines(text: string, path: string): unknown[] {
  return text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [parse(line, path, index + 1)]));
}

/** The parser's message quotes the text, which may hold secrets: of it only the position is told. */
function parse(text: string, path: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /at position \d+/.exec(messageOf(error))?.[0];
    const place = [line === undefined ? undefined : `line ${line}`, position].filter((part) => part !== undefined);
    throw unreadable(path, `it is not JSON${place.length === 0 ? "" : ` (${place.join(", ")})`}`);
  }
}

function unreadable(path: string, problem: string): Error {
  return cliErrors.CLI_FILE_UNREADABLE({ path, problem });
}
