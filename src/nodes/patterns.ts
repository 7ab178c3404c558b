import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";
import { flag, withDefault } from "../execution/index.ts";
import { nodeErrors } from "./errors.ts";

/** The three switches that all nodes with regular expressions share. */
export function patternFlags() {
  return {
    ignore_case: withDefault(flag(), false).describe("Capital and small letters are the same"),
    multiline: withDefault(flag(), false).describe("^ and $ also match at the ends of lines"),
    dotall: withDefault(flag(), false).describe(". also matches the end of a line"),
  };
}

export interface PatternFlags {
  readonly ignore_case: boolean;
  readonly multiline: boolean;
  readonly dotall: boolean;
}

export interface Match {
  readonly text: string;
  /** Groups 1 … n; null for those that took no part. */
  readonly groups: readonly (string | null)[];
  readonly named: Readonly<Record<string, string | null>>;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the matches of an RE2 pattern, in time linear in the text whatever the pattern is.
 *
 * @param limit at most this many are returned. Throws NODE_PATTERN_INVALID.
 */
export function findMatches(
  text: string,
  pattern: string,
  options: PatternFlags & { readonly limit?: number },
): readonly Match[] {
  const matcher = compile(pattern, options).matcher(text);
  const matches: Match[] = [];
  while (matches.length < (options.limit ?? Infinity) && matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1));
    const [start, end] = [matcher.start(), matcher.end()];
    matches.push({ text: text.slice(start, end), groups, named: matcher.getNamedGroups(), start, end });
  }
  return matches;
}

/**
 * Replaces the matches of an RE2 pattern.
 *
 * @param replacement `\1` and `\g<name>` or `\g<1>` stand for groups, `\\` for a backslash, `\n`, `\r`, `\t` for these characters.
 */
export function replaceMatches(
  text: string,
  pattern: string,
  replacement: string,
  options: PatternFlags & { readonly limit?: number },
): { readonly result: string; readonly count: number } {
  const parts = parseReplacement(replacement);
  const matches = findMatches(text, pattern, options);
  let result = "";
  let done = 0;
  for (const match of matches) {
    result += text.slice(done, match.start) + parts.map((part) => fill(part, match)).join("");
    done = match.end;
  }
  return { result: result + text.slice(done), count: matches.length };
}

type ReplacementPart = { readonly literal: string } | { readonly group: string };

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

function parseReplacement(replacement: string): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  for (const match of replacement.matchAll(/\\(?:g<(\w+)>|(\d{1,2})|([nrt\\]))|([^\\]+|\\)/g)) {
    const group = match[1] ?? match[2];
    if (group !== undefined) parts.push({ group });
    else parts.push({ literal: match[3] === undefined ? (match[4] ?? "") : (ESCAPES[match[3]] ?? "") });
  }
  return parts;
}

function fill(part: ReplacementPart, match: Match): string {
  if ("literal" in part) return part.literal;
  const { group } = part;
  if (group === "0") return match.text;
  const value = /^\d+$/.test(group) ? match.groups[Number(group) - 1] : match.named[group];
  if (value === undefined) {
    throw nodeErrors.NODE_PATTERN_INVALID({ reason: `the replacement names group ${group}, which the pattern lacks` });
  }
  return value ?? "";
}

function compile(pattern: string, options: PatternFlags): RE2JS {
  const flags =
    (options.ignore_case ? RE2JS.CASE_INSENSITIVE : 0) |
    (options.multiline ? RE2JS.MULTILINE : 0) |
    (options.dotall ? RE2JS.DOTALL : 0);
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    throw nodeErrors.NODE_PATTERN_INVALID({ reason }, { cause: error });
  }
}
