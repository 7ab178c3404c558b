import { z } from "zod";
import { flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { dangerousPaths, filePath } from "./file-parameters.ts";
import { listEntries } from "./list-entries.ts";

export const listDirectoryNode = defineNode({
  type: "ListDirectoryNode",
  category: "file",
  summary: "Paths of the files and folders in a folder, in alphabetical order",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    dir_path: filePath("The folder"),
    pattern: textOr("*").describe("Which names: * for any characters, ? for one, [a-z] for one of these"),
    recursive: withDefault(flag(), false).describe("Enter inner folders too"),
    files_only: withDefault(flag(), false).describe("Leave out folders"),
    dirs_only: withDefault(flag(), false).describe("Leave out files"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { dir_path: "STRING" },
  outputs: { items: "LIST", count: "INTEGER", success: "BOOLEAN" },
  configAliases: { path: "dir_path", directory: "dir_path", directory_path: "dir_path" },
  async run({ config, files, signal }) {
    if (config.files_only && config.dirs_only) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "dirs_only", reason: "and files_only leave nothing; set one" });
    }
    const kinds = config.files_only ? "files" : config.dirs_only ? "folders" : "both";
    const items = await listEntries(files, { ...config, path: config.dir_path, kinds, signal });
    return { outputs: { items, count: items.length, success: true } };
  },
});
