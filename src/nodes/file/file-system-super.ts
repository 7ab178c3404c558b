import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { type AnyNode, choice, flag, maybe, text, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { appendFileNode } from "./append-file.ts";
import { copyFileNode } from "./copy-file.ts";
import { createDirectoryNode } from "./create-directory.ts";
import { deleteFileNode } from "./delete-file.ts";
import { fileExistsNode } from "./file-exists.ts";
import { createDirs, dangerousPaths, encodingName, overwrite, sizeLimit } from "./file-parameters.ts";
import { getFileInfoNode } from "./get-file-info.ts";
import { getFileSizeNode } from "./get-file-size.ts";
import { listDirectoryNode } from "./list-directory.ts";
import { listFilesNode } from "./list-files.ts";
import { moveFileNode } from "./move-file.ts";
import { readFileNode } from "./read-file.ts";
import { writeFileNode } from "./write-file.ts";

const ACTIONS = [
  "Read File",
  "Write File",
  "Append File",
  "Delete File",
  "Copy File",
  "Move File",
  "File Exists",
  "Get File Size",
  "Get File Info",
  "Create Directory",
  "List Files",
  "List Directory",
] as const;

/** Each action is the node of that name. */
const NODES: Readonly<Record<(typeof ACTIONS)[number], AnyNode>> = {
  "Read File": readFileNode,
  "Write File": writeFileNode,
  "Append File": appendFileNode,
  "Delete File": deleteFileNode,
  "Copy File": copyFileNode,
  "Move File": moveFileNode,
  "File Exists": fileExistsNode,
  "Get File Size": getFileSizeNode,
  "Get File Info": getFileInfoNode,
  "Create Directory": createDirectoryNode,
  "List Files": listFilesNode,
  "List Directory": listDirectoryNode,
};

const path = (what: string) => maybe(text()).describe(`${what}; relative paths start in the job's working directory`);

export const fileSystemSuperNode = defineNode({
  type: "FileSystemSuperNode",
  category: "file",
  summary: "Does one of twelve things with files and folders, each as the node of that name does it",
  needs: ["files"],
  effect: "once",
  config: z.object({
    action: withDefault(choice(ACTIONS), "Read File").describe("What is done"),
    file_path: path("The file of most actions"),
    path: path("What File Exists looks for"),
    source_path: path("The file to copy or move"),
    dest_path: path("Where it goes"),
    directory_path: path("The folder of Create Directory and List Files"),
    dir_path: path("The folder of List Directory"),
    content: maybe(textOr("")).describe("What is written or added"),
    encoding: encodingName(),
    binary_mode: withDefault(flag(), false).describe("Read and write: content is Base64"),
    max_size: sizeLimit(),
    create_dirs: createDirs(),
    create_if_missing: withDefault(flag(), true).describe("Append: create the file when missing"),
    ignore_missing: withDefault(flag(), false).describe("Delete: a missing file is no error"),
    overwrite: overwrite(),
    check_type: withDefault(choice(["file", "directory", "any"]), "any").describe("Exists: what counts"),
    parents: withDefault(flag(), true).describe("Create Directory: create parent folders"),
    exist_ok: withDefault(flag(), true).describe("Create Directory: an existing folder is no error"),
    pattern: textOr("*").describe("Listing: which names, with * and ?"),
    recursive: withDefault(flag(), false).describe("Listing: enter inner folders"),
    files_only: withDefault(flag(), false).describe("List Directory: leave out folders"),
    dirs_only: withDefault(flag(), false).describe("List Directory: leave out files"),
    allow_dangerous_paths: dangerousPaths(),
  }),
  inputs: {
    file_path: "STRING",
    path: "STRING",
    source_path: "STRING",
    dest_path: "STRING",
    directory_path: "STRING",
    dir_path: "STRING",
    content: "STRING",
  },
  outputs: Object.assign({}, ...Object.values(NODES).map((node) => node.outputs)),
  run(context) {
    const node = NODES[context.config.action];
    const config = configFor(node, context.config);
    return node.run({ ...context, config } as never);
  },
});

function configFor(node: AnyNode, given: Readonly<Record<string, JsonValue | undefined>>): unknown {
  const read = node.config.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const parameter = String(issue?.path[0] ?? "config");
  const isMissing = given[parameter] === undefined;
  throw nodeErrors.NODE_VALUE_INVALID({
    parameter,
    reason: isMissing ? `is needed by ${node.type}` : (issue?.message ?? "is not valid"),
  });
}
