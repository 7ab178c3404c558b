import { rm } from "node:fs/promises";
import { z } from "zod";
import { flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { onFile } from "./file-error.ts";
import { factsOf } from "./file-facts.ts";
import { dangerousPaths, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";

export const deleteFileNode = defineNode({
  type: "DeleteFileNode",
  category: "file",
  summary: "Deletes a file; of a link, the file it leads to",
  needs: ["files"],
  effect: "once",
  config: z.object({
    file_path: filePath("The file"),
    ignore_missing: withDefault(flag(), false).describe("A file that does not exist is no error"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING" },
  outputs: { deleted_path: "STRING", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files }) {
    const at = { path: config.file_path, action: "delete" };
    const file = files.resolve(config.file_path);
    const facts = await factsOf(file, at);
    if (facts === undefined && !config.ignore_missing) throw nodeErrors.NODE_FILE_NOT_FOUND(at);
    if (facts !== undefined && facts.isDirectory()) throw nodeErrors.NODE_NOT_A_FILE(at);
    await onFile(at, () => rm(file, { force: config.ignore_missing }));
    return { outputs: { deleted_path: file, success: true } };
  },
});
