import { z } from "zod";
import { flag, integer, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { writeJson } from "../data/json/write-json.ts";
import { requiredValue } from "../required.ts";
import { reportArtifact } from "./artifact.ts";
import { dangerousPaths, encodingName, FILE_PATH_ALIASES, filePath } from "./file-parameters.ts";
import { encodeText } from "./text-encoding.ts";
import { replaceFile } from "./write-bytes.ts";

export const writeJsonFileNode = defineNode({
  type: "WriteJSONFileNode",
  category: "file",
  summary: "Writes data as a JSON file in one step: a failure leaves the old content",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    file_path: filePath("The file"),
    data: requiredValue().describe("The data"),
    encoding: encodingName(),
    indent: withDefault(integer({ min: 0, max: 10 }), 2).describe("Spaces per level; 0 for one line"),
    ensure_ascii: withDefault(flag(), false).describe("Everything beyond ASCII as \\u escapes"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING", data: "ANY" },
  outputs: { file_path: "STRING", attachment_file: "LIST", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run(context) {
    const { config, files, signal } = context;
    const file = files.resolve(config.file_path);
    const json = writeJson(config.data, { indent: config.indent, ascii: config.ensure_ascii });
    const bytes = encodeText(json, { encoding: config.encoding, errors: "strict" }, { what: "data" });
    await replaceFile({ file, path: config.file_path, bytes, createDirs: true, signal });
    reportArtifact(context, file, "application/json");
    return { outputs: { file_path: file, attachment_file: [file], success: true } };
  },
});
