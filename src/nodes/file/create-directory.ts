import { mkdir } from "node:fs/promises";
import { z } from "zod";
import { flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { onFile } from "./file-error.ts";
import { factsOf } from "./file-facts.ts";
import { dangerousPaths, filePath } from "./file-parameters.ts";

export const createDirectoryNode = defineNode({
  type: "CreateDirectoryNode",
  category: "file",
  summary: "Creates a folder",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    directory_path: filePath("The folder"),
    parents: withDefault(flag(), true).describe("Create missing parent folders"),
    exist_ok: withDefault(flag(), true).describe("A folder that exists already is no error"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { directory_path: "STRING" },
  outputs: { dir_path: "STRING", success: "BOOLEAN" },
  configAliases: { path: "directory_path", directory: "directory_path", dir_path: "directory_path" },
  async run({ config, files }) {
    const at = { path: config.directory_path, action: "create" };
    const folder = files.resolve(config.directory_path);
    const there = await factsOf(folder, at);
    if (there !== undefined && !(there.isDirectory() && config.exist_ok)) throw nodeErrors.NODE_FILE_EXISTS(at);
    if (there === undefined) await onFile(at, () => mkdir(folder, { recursive: config.parents }));
    return { outputs: { dir_path: folder, success: true } };
  },
});
