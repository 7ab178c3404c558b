import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { inexactNote, parseJsonText } from "../json-text.ts";
import { dangerousPaths, encodingName, FILE_PATH_ALIASES, filePath, sizeLimit } from "./file-parameters.ts";
import { readBytes } from "./read-bytes.ts";
import { decodeText } from "./text-encoding.ts";

export const readJsonFileNode = defineNode({
  type: "ReadJSONFileNode",
  category: "file",
  summary: "Reads a JSON file",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    file_path: filePath("The file"),
    encoding: encodingName(),
    max_size: sizeLimit(),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING" },
  outputs: { data: "ANY", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files, log, signal }) {
    const { file_path: path, max_size: limitBytes } = config;
    const bytes = await readBytes({ file: files.resolve(path), path, limitBytes, signal });
    const text = decodeText(bytes, { encoding: config.encoding, errors: "strict" }, path);
    const { data, inexactNumbers } = parseJsonText(text, path);
    if (inexactNumbers > 0) log("warning", inexactNote(inexactNumbers));
    return { outputs: { data, success: true } };
  },
});
