import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { factsOfFile } from "./file-facts.ts";
import { dangerousPaths, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";

export const getFileSizeNode = defineNode({
  type: "GetFileSizeNode",
  category: "file",
  summary: "Size of a file in bytes",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({ file_path: filePath("The file"), allow_dangerous_paths: dangerousPaths() }),
  inputs: { file_path: "STRING" },
  outputs: { size: "INTEGER", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files }) {
    const facts = await factsOfFile(files.resolve(config.file_path), { path: config.file_path, action: "look at" });
    return { outputs: { size: facts.size, success: true } };
  },
});
