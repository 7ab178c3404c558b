import { z } from "zod";
import { flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { dangerousPaths, filePath } from "./file-parameters.ts";
import { listEntries } from "./list-entries.ts";

export const listFilesNode = defineNode({
  type: "ListFilesNode",
  category: "file",
  summary: "Paths of the files in a folder, in alphabetical order",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    directory_path: filePath("The folder"),
    pattern: textOr("*").describe("Which names: * for any characters, ? for one, [a-z] for one of these"),
    recursive: withDefault(flag(), false).describe("Enter inner folders too"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { directory_path: "STRING" },
  outputs: { files: "LIST", count: "INTEGER", success: "BOOLEAN" },
  configAliases: { directory: "directory_path", path: "directory_path", dir_path: "directory_path" },
  async run({ config, files, signal }) {
    const found = await listEntries(files, { ...config, path: config.directory_path, kinds: "files", signal });
    return { outputs: { files: found, count: found.length, success: true } };
  },
});
