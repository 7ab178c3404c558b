import { z } from "zod";
import { flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import {
  dangerousPaths,
  encodingErrors,
  encodingName,
  FILE_PATH_ALIASES,
  filePath,
  sizeLimit,
} from "./file-parameters.ts";
import { readBytes } from "./read-bytes.ts";
import { decodeText } from "./text-encoding.ts";

export const readFileNode = defineNode({
  type: "ReadFileNode",
  category: "file",
  summary: "Reads a file as text, or as Base64 in binary mode; line ends stay as they are",
  needs: ["files"],
  effect: "idempotent",
  config: z.object({
    file_path: filePath("The file"),
    encoding: encodingName(),
    binary_mode: withDefault(flag(), false).describe("Give the bytes out as Base64"),
    errors: encodingErrors(),
    max_size: sizeLimit(),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: { file_path: "STRING" },
  outputs: { content: "STRING", size: "INTEGER", success: "BOOLEAN" },
  configAliases: FILE_PATH_ALIASES,
  async run({ config, files, signal }) {
    const { file_path: path, max_size: limitBytes } = config;
    const bytes = await readBytes({ file: files.resolve(path), path, limitBytes, signal });
    const content = config.binary_mode ? bytes.toString("base64") : decodeText(bytes, config, path);
    return { outputs: { content, size: bytes.length, success: true } };
  },
});
