import { z } from "zod";
import { choice, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { factsOf } from "./file-facts.ts";
import { dangerousPaths, filePath } from "./file-parameters.ts";

export const fileExistsNode = defineNode({
  type: "FileExistsNode",
  category: "file",
  summary: "Is there a file or folder of this name?",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    path: filePath("The file or folder"),
    check_type: withDefault(choice(["file", "directory", "any"]), "any").describe("What counts as being there"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { path: "STRING" },
  outputs: { exists: "BOOLEAN", is_file: "BOOLEAN", is_dir: "BOOLEAN" },
  configAliases: { file_path: "path", directory_path: "path" },
  async run({ config, files }) {
    const facts = await factsOf(files.resolve(config.path), { path: config.path, action: "look at" });
    const [isFile, isDir] = [facts?.isFile() ?? false, facts?.isDirectory() ?? false];
    const exists = { file: isFile, directory: isDir, any: facts !== undefined }[config.check_type];
    return { outputs: { exists, is_file: isFile, is_dir: isDir } };
  },
});
