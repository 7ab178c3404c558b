/**
 * Where the raw value of each setting comes from: default < file < environment < flag.
 *
 * Pure, apart from the reader that is passed in.
 */
import { messageOf } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { ConfigProblem } from "./errors.ts";
import { findNearName } from "./near-name.ts";

const ENV_PREFIX = "CASARE_";
/** For the tests of this product, which start it with their own environment. */
const TEST_PREFIX = "CASARE_TEST_";
const FILE_SUFFIX = "_FILE";

/** A flag of the command line that sets a setting. */
export interface FlagValue {
  /** As typed, such as `--port`. */
  readonly flag: string;
  readonly value: unknown;
}

export interface RawSetting {
  readonly value: unknown;
  /** `env CASARE_X`, `env CASARE_X_FILE`, `file /path`, `flag --x`. */
  readonly source: string;
}

export interface RawSettings {
  readonly settings: ReadonlyMap<string, RawSetting>;
  readonly problems: readonly ConfigProblem[];
}

export type ReadText = (path: string) => Promise<string>;

export const envNameOf = (key: string): string => `${ENV_PREFIX}${key}`;

/** Environment: `CASARE_<KEY>`, or `CASARE_<KEY>_FILE` for a file that holds the value. Empty means not set. */
export async function readEnvironment(
  keys: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  readText: ReadText,
): Promise<RawSettings> {
  const settings = new Map<string, RawSetting>();
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(ENV_PREFIX) || name.startsWith(TEST_PREFIX)) continue;
    if (text === undefined || text.trim() === "") continue;
    const key = name.slice(ENV_PREFIX.length);
    const fileKey = key.endsWith(FILE_SUFFIX) ? key.slice(0, -FILE_SUFFIX.length) : undefined;
    const source = `env ${name}`;
    if (keys.includes(key)) {
      settings.set(key, { value: text, source });
    } else if (fileKey === undefined || !keys.includes(fileKey)) {
      problems.push(unknownName(name, source, keys.map(envNameOf)));
    } else if (env[envNameOf(fileKey)]?.trim()) {
      problems.push({ name: envNameOf(fileKey), source, problem: `is set twice; unset it or ${name}` });
    } else {
      try {
        const value = (await readText(text)).replace(/\r?\n$/, "");
        settings.set(fileKey, { value, source });
      } catch (error) {
        problems.push({ name: envNameOf(fileKey), source, problem: `cannot be read: ${describeFailure(error)}` });
      }
    }
  }
  return { settings, problems };
}

/**
 * The JSON file with settings: one object, keys as in the schemas.
 *
 * @param mustExist true when somebody named the file; the default one may be missing.
 */
export async function readSettingsFile(
  keys: readonly string[],
  file: { readonly path: string; readonly mustExist: boolean },
  readText: ReadText,
): Promise<RawSettings> {
  const source = `file ${file.path}`;
  const fail = (problem: string): RawSettings => ({
    settings: new Map(),
    problems: [{ name: "settings file", source, problem }],
  });
  let text: string;
  try {
    text = await readText(file.path);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && !file.mustExist) return { settings: new Map(), problems: [] };
    return fail(`cannot be read: ${describeFailure(error)}`);
  }
  const content = parseJson(text);
  if ("problem" in content) return fail(content.problem);
  if (!isJsonObject(content.value)) return fail("must be one JSON object");
  const settings = new Map<string, RawSetting>();
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(content.value)) {
    if (keys.includes(key)) settings.set(key, { value, source });
    else if (key !== "$schema") problems.push(unknownName(key, source, keys));
  }
  return { settings, problems };
}

export function readFlags(flags: Readonly<Record<string, FlagValue | undefined>>): Map<string, RawSetting> {
  const settings = new Map<string, RawSetting>();
  for (const [key, given] of Object.entries(flags)) {
    if (given?.value !== undefined) settings.set(key, { value: given.value, source: `flag ${given.flag}` });
  }
  return settings;
}

function unknownName(name: string, source: string, candidates: readonly string[]): ConfigProblem {
  const suggestion = findNearName(name, candidates);
  return { name, source, problem: "is not a known setting", ...(suggestion !== undefined && { suggestion }) };
}

/** Without the path: people put the secret itself where its file should be named. */
function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENAMETOOLONG") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "this account may not read it";
  if (code === "EISDIR") return "it is a folder";
  return typeof code === "string" ? code : "reading failed";
}

/** The parser's own message quotes the text, which may hold secrets: only the position is kept. */
function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const position = /position (\d+)/.exec(messageOf(error))?.[1];
    if (position === undefined) return { problem: "is not JSON" };
    const before = text.slice(0, Number(position)).split("\n");
    return { problem: `is not JSON (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})` };
  }
}
