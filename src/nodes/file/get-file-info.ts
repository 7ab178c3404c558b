import path from "node:path";
import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { factsOf } from "./file-facts.ts";
import { dangerousPaths, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";

export const getFileInfoNode = defineNode({
  type: "GetFileInfoNode",
  category: "file",
  summary: "Size, times and parts of the name of a file or folder; times are ISO 8601 in UTC",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({ file_path: filePath("The file or folder"), allow_dangerous_paths: dangerousPaths() }),
  inputs: { file_path: "STRING" },
  outputs: {
    size: "INTEGER",
    created: "STRING",
    modified: "STRING",
    extension: "STRING",
    name: "STRING",
    parent: "STRING",
    success: "BOOLEAN",
  },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files }) {
    const at = { path: config.file_path, action: "look at" };
    const file = files.resolve(config.file_path);
    const facts = await factsOf(file, at);
    if (facts === undefined) throw nodeErrors.NODE_FILE_NOT_FOUND(at);
    return {
      outputs: {
        size: facts.size,
        created: facts.birthtime.toISOString(),
        modified: facts.mtime.toISOString(),
        extension: path.extname(file),
        name: path.basename(file),
        parent: path.dirname(file),
        success: true,
      },
    };
  },
});
