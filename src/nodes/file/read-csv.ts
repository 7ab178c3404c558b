import { z } from "zod";
import { flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { parseCsv, separator } from "./csv-text.ts";
import { dangerousPaths, encodingName, FILE_PATH_ALIASES, filePath, sizeLimit } from "./file-parameters.ts";
import { readBytes } from "./read-bytes.ts";
import { decodeText } from "./text-encoding.ts";

export const readCsvNode = defineNode({
  type: "ReadCSVNode",
  category: "file",
  summary: "Reads a CSV file; rows are dicts by column name, or lists without a header; all cells are text",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    file_path: filePath("The file"),
    delimiter: separator(),
    has_header: withDefault(flag(), true).describe("The first row names the columns"),
    encoding: encodingName(),
    quotechar: textOr('"').describe("Character around cells that hold delimiters or line ends; none when empty"),
    skip_rows: withDefault(integer({ min: 0 }), 0).describe("Rows to leave out at the start, before the header"),
    max_rows: withDefault(integer({ min: 0 }), 0).describe("At most so many rows of data; 0 for all"),
    strict: withDefault(flag(), false).describe("Rows with more or fewer cells than the first, and stray quotes, fail"),
    max_size: sizeLimit(),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING" },
  outputs: { data: "LIST", headers: "LIST", row_count: "INTEGER", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files, signal }) {
    const { file_path: path, max_size: limitBytes } = config;
    const bytes = await readBytes({ file: files.resolve(path), path, limitBytes, signal });
    const text = decodeText(bytes, { encoding: config.encoding, errors: "strict" }, path);
    const { headers, rows } = await parseCsv(text, {
      path,
      delimiter: config.delimiter,
      quote: config.quotechar,
      hasHeader: config.has_header,
      skipRows: config.skip_rows,
      maxRows: config.max_rows === 0 ? Infinity : config.max_rows,
      strict: config.strict,
      signal,
    });
    return { outputs: { data: rows, headers, row_count: rows.length, success: true } };
  },
});
