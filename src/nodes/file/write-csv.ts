import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { asText, flag, list, maybe, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { reportArtifact } from "./artifact.ts";
import { csvOf, separator } from "./csv-text.ts";
import { dangerousPaths, encodingName, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";
import { encodeText } from "./text-encoding.ts";
import { replaceFile } from "./write-bytes.ts";

export const writeCsvNode = defineNode({
  type: "WriteCSVNode",
  category: "file",
  summary: "Writes rows, dicts or lists, as a CSV file; text that spreadsheets take for formulas is written as it is",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    file_path: filePath("The file"),
    data: list().describe("The rows"),
    headers: maybe(list()).describe("The columns to write, in order; without it all that the rows have"),
    delimiter: separator(),
    write_header: withDefault(flag(), true).describe("Write a row of column names first"),
    encoding: encodingName(),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING", data: "LIST", headers: "LIST" },
  outputs: { file_path: "STRING", attachment_file: "LIST", row_count: "INTEGER", success: "BOOLEAN" },
  configAliases: { ...FILE_PATH_ALIASES, rows: "data" },
  async run(context) {
    const { config, files, signal } = context;
    const file = files.resolve(config.file_path);
    const names = config.headers?.map(asText) ?? namesIn(config.data);
    const header = config.write_header && names.length > 0 ? [names] : [];
    const rows = config.data.map((row, index) => cellsOf(row, names, index));
    const style = { encoding: config.encoding, errors: "strict" } as const;
    const bytes = encodeText(csvOf([...header, ...rows], config.delimiter), style, { what: "data" });
    await replaceFile({ file, path: config.file_path, bytes, createDirs: true, signal });
    reportArtifact(context, file, "text/csv");
    return { outputs: { file_path: file, attachment_file: [file], row_count: rows.length, success: true } };
  },
});

/** All column names, in the order in which they first appear. */
function namesIn(rows: readonly JsonValue[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => (isJsonObject(row) ? Object.keys(row) : [])))];
}

function cellsOf(row: JsonValue, names: readonly string[], index: number): readonly JsonValue[] {
  if (isJsonObject(row)) return names.map((name) => ownCell(row, name));
  if (Array.isArray(row)) return row as readonly JsonValue[];
  throw nodeErrors.NODE_VALUE_INVALID({
    parameter: "data",
    reason: `must hold dicts or lists; row ${index} is neither`,
  });
}

function ownCell(row: JsonObject, name: string): JsonValue {
  return Object.hasOwn(row, name) ? (row[name] ?? null) : null;
}
