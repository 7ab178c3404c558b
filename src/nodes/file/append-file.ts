import { z } from "zod";
import { flag, text, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { dangerousPaths, encodingName, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";
import { encodeText } from "./text-encoding.ts";
import { extendFile } from "./write-bytes.ts";

export const appendFileNode = defineNode({
  type: "AppendFileNode",
  category: "file",
  summary: "Adds text to the end of a file, exactly as it is",
  needs: ["files"],
  effect: "once",
  config: z.object({
    file_path: filePath("The file"),
    content: text().describe("What is added; lists and dicts are written as JSON"),
    encoding: encodingName(),
    create_if_missing: withDefault(flag(), true).describe("Create the file, and its parent folders, when missing"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING", content: "STRING" },
  outputs: { file_path: "STRING", bytes_written: "INTEGER", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files, signal }) {
    const { file_path: path, create_if_missing: createFile } = config;
    const file = files.resolve(path);
    const style = { encoding: config.encoding, errors: "strict" } as const;
    const bytes = encodeText(config.content, style, { what: "content", append: true });
    await extendFile({ file, path, bytes, createDirs: true, createFile, signal });
    return { outputs: { file_path: file, bytes_written: bytes.length, success: true } };
  },
});
