import { z } from "zod";
import { flag, text, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { reportArtifact } from "./artifact.ts";
import { bytesOfBase64 } from "./base64.ts";
import {
  createDirs,
  dangerousPaths,
  encodingErrors,
  encodingName,
  FILE_PATH_ALIASES,
  filePath,
} from "./file-parameters.ts";
import { encodeText } from "./text-encoding.ts";
import { extendFile, replaceFile } from "./write-bytes.ts";

export const writeFileNode = defineNode({
  type: "WriteFileNode",
  category: "file",
  summary: "Writes a file in one step: a failure leaves the old content",
  needs: ["files"],
  // With append_mode, a second run would add the content twice.
  effect: "once",
  config: z.object({
    file_path: filePath("The file"),
    content: text().describe("What is written; lists and dicts are written as JSON, Base64 in binary mode"),
    encoding: encodingName(),
    binary_mode: withDefault(flag(), false).describe("content is Base64; its bytes are written"),
    create_dirs: createDirs(),
    errors: encodingErrors(),
    append_mode: withDefault(flag(), false).describe("Add to the end instead of replacing the file"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING", content: "STRING" },
  outputs: { file_path: "STRING", attachment_file: "LIST", bytes_written: "INTEGER", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run(context) {
    const { config, files, signal } = context;
    const { file_path: path, append_mode: append } = config;
    const file = files.resolve(path);
    const bytes = config.binary_mode
      ? bytesOfBase64(config.content, "content")
      : encodeText(config.content, config, { what: "content", append });
    const request = { file, path, bytes, createDirs: config.create_dirs, signal };
    if (append) await extendFile({ ...request, createFile: true });
    else await replaceFile(request);
    reportArtifact(context, file);
    return { outputs: { file_path: file, attachment_file: [file], bytes_written: bytes.length, success: true } };
  },
});
