import type { z } from "zod";
import { choice, flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { requiredText } from "../required.ts";
import { READ_LIMIT_BYTES } from "./read-bytes.ts";
import { ENCODING_ERRORS } from "./text-encoding.ts";

/** A path; relative ones start in the job's working directory. */
export function filePath(what: string): z.ZodType<string> {
  return requiredText().describe(`${what}; relative paths start in the job's working directory`);
}

export function encodingName() {
  return textOr("utf-8").describe(
    "Character encoding: utf-8, utf-8-sig (with byte order mark), utf-16, latin1, cp1252 …",
  );
}

export function encodingErrors() {
  return withDefault(choice(ENCODING_ERRORS), "strict").describe(
    "What becomes of characters or bytes that do not fit the encoding; strict: the node fails",
  );
}

export function sizeLimit() {
  return withDefault(integer({ min: 0 }), 0).describe(`Largest size to read, bytes; 0 for ${READ_LIMIT_BYTES}`);
}

export function createDirs() {
  return withDefault(flag(), true).describe("Create missing parent folders");
}

export function overwrite() {
  return withDefault(flag(), false).describe("Replace a file that is there already");
}

export function dangerousPaths() {
  return withDefault(flag(), false).describe(
    "Kept for old files; has no effect: the robot's owner decides which places are open",
  );
}

/** What old files call the path. */
export const FILE_PATH_ALIASES: Readonly<Record<string, string>> = { path: "file_path", filename: "file_path" };
