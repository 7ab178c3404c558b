import type { AnyNode } from "../../execution/index.ts";
import { appendFileNode } from "./append-file.ts";
import { copyFileNode } from "./copy-file.ts";
import { createDirectoryNode } from "./create-directory.ts";
import { deleteFileNode } from "./delete-file.ts";
import { fileExistsNode } from "./file-exists.ts";
import { fileSystemSuperNode } from "./file-system-super.ts";
import { getFileInfoNode } from "./get-file-info.ts";
import { getFileSizeNode } from "./get-file-size.ts";
import { listDirectoryNode } from "./list-directory.ts";
import { listFilesNode } from "./list-files.ts";
import { moveFileNode } from "./move-file.ts";
import { readCsvNode } from "./read-csv.ts";
import { readFileNode } from "./read-file.ts";
import { readJsonFileNode } from "./read-json-file.ts";
import { writeCsvNode } from "./write-csv.ts";
import { writeFileNode } from "./write-file.ts";
import { writeJsonFileNode } from "./write-json-file.ts";

export const fileNodes: readonly AnyNode[] = [
  readFileNode,
  writeFileNode,
  appendFileNode,
  deleteFileNode,
  copyFileNode,
  moveFileNode,
  createDirectoryNode,
  listDirectoryNode,
  listFilesNode,
  fileExistsNode,
  getFileSizeNode,
  getFileInfoNode,
  readCsvNode,
  writeCsvNode,
  readJsonFileNode,
  writeJsonFileNode,
  fileSystemSuperNode,
];
