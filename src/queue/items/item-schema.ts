import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { workItemErrors } from "./errors.ts";
import { ANNOTATIONS, KEYWORDS, type SchemaCheck, type SchemaIssue, SchemaProblem } from "./schema-keywords.ts";

/** Finds what is wrong with the data of an item; [] when nothing is. */
export type ItemSchema = (data: JsonObject) => readonly SchemaIssue[];

/** Schemas inside of schemas. */
const MAX_SCHEMAS = 1_000;
const MAX_DEPTH = 32;
/** Issues of one item that are told. */
const MAX_ISSUES = 10;

/**
 * Makes the check of a queue's item schema.
 *
 * Understood is this part of JSON Schema (2020-12): `type`, `enum`, `const`, `properties`, `required`,
 * `additionalProperties`, `items`, `minItems`, `maxItems`, `minLength`, `maxLength`, `minimum`, `maximum`,
 * `exclusiveMinimum`, `exclusiveMaximum`, `pattern` (RE2), `format` (date, date-time, email, uri, uuid), `anyOf`, `allOf`,
 * and annotations. Any other word is refused: a rule that nobody checks is worse than none.
 * Throws WORK_QUEUE_INVALID with the place.
 */
export function compileItemSchema(schema: JsonObject): ItemSchema {
  let left = MAX_SCHEMAS;

  function compile(inner: JsonValue, path: readonly string[]): SchemaCheck {
    if (--left < 0 || path.length > MAX_DEPTH)
      refuse(path, `holds more than ${MAX_SCHEMAS} schemas, or nests too deep`);
    if (inner === true) return () => [];
    if (inner === false) return (_, at) => [{ path: at, message: "must not be there" }];
    if (!isJsonObject(inner)) return refuse(path, "must be a schema: an object, true or false");
    const checks = Object.keys(inner).flatMap((keyword) => compileKeyword(inner, keyword, path));
    return (value, at) => checks.flatMap((check) => check(value, at));
  }

  function compileKeyword(owner: JsonObject, keyword: string, path: readonly string[]): SchemaCheck[] {
    if (ANNOTATIONS.has(keyword)) return [];
    const make = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (make === undefined) return refuse([...path, keyword], "is not a word that item schemas may use");
    try {
      return [make(owner, (inner, key) => compile(inner, [...path, key]))];
    } catch (error) {
      if (!(error instanceof SchemaProblem)) throw error;
      return refuse([...path, ...error.path], error.message);
    }
  }

  const check = compile(schema, []);
  return (data) => check(data, []).slice(0, MAX_ISSUES);
}

function refuse(path: readonly string[], problem: string): never {
  throw workItemErrors.WORK_QUEUE_INVALID({ path: ["itemSchema", ...path].join(".").slice(0, 200), problem });
}
