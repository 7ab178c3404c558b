import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/** A value that breaks a rule: where, and how. Values themselves are left out, because they may be secret. */
export interface SchemaIssue {
  /** Keys from the root down. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Checks a value; [] when it is right. */
export type SchemaCheck = (value: JsonValue, path: readonly string[]) => readonly SchemaIssue[];

/** Makes the check of one keyword. Throws SchemaProblem. @param compile makes the check of a schema inside of it. */
type KeywordCompiler = (schema: JsonObject, compile: (inner: JsonValue, key: string) => SchemaCheck) => SchemaCheck;

/** A schema that cannot be used. */
export class SchemaProblem extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path;
  }
}

const NONE: readonly SchemaIssue[] = [];

/** Words that tell about a schema and check nothing. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
]);

const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
type SchemaType = (typeof TYPES)[number];

/** Formats that are checked; any other one is refused rather than ignored. */
const FORMATS: Readonly<Record<string, z.ZodType>> = {
  date: z.iso.date(),
  "date-time": z.iso.datetime({ offset: true }),
  email: z.email(),
  uri: z.url(),
  uuid: z.uuid(),
};

/** The part of JSON Schema (2020-12) that is understood. A word that is not here or in `ANNOTATIONS` is refused. */
export const KEYWORDS: Readonly<Record<string, KeywordCompiler>> = {
  type: (schema) => {
    const given = schema["type"];
    const types = z
      .array(z.enum(TYPES))
      .min(1)
      .safeParse(Array.isArray(given) ? given : [given]);
    if (!types.success) throw new SchemaProblem(["type"], `must be one or several of ${TYPES.join(", ")}`);
    const words = types.data.join(" or ");
    return (value, path) =>
      types.data.some((type) => isOfType(value, type)) ? NONE : [{ path, message: `must be ${words}` }];
  },
  enum: (schema) => {
    const allowed = z.array(z.unknown()).min(1).safeParse(schema["enum"]);
    if (!allowed.success) throw new SchemaProblem(["enum"], "must be a list of values");
    const texts = new Set((allowed.data as JsonValue[]).map(canonical));
    return (value, path) =>
      texts.has(canonical(value)) ? NONE : [{ path, message: "must be one of the allowed values" }];
  },
  const: (schema) => {
    const wanted = canonical(schema["const"] ?? null);
    return (value, path) =>
      canonical(value) === wanted ? NONE : [{ path, message: "must be the only allowed value" }];
  },
  properties: (schema, compile) => {
    const properties = schema["properties"];
    if (!isJsonObject(properties)) throw new SchemaProblem(["properties"], "must be an object of schemas");
    const checks = Object.entries(properties).map(
      ([name, inner]) => [name, compile(inner, `properties.${name}`)] as const,
    );
    return (value, path) => {
      if (!isJsonObject(value)) return NONE;
      return checks.flatMap(([name, check]) => {
        const child = Object.hasOwn(value, name) ? value[name] : undefined;
        return child === undefined ? [] : check(child, [...path, name]);
      });
    };
  },
  required: (schema) => {
    const names = z.array(z.string()).safeParse(schema["required"]);
    if (!names.success) throw new SchemaProblem(["required"], "must be a list of names");
    return (value, path) => {
      if (!isJsonObject(value)) return NONE;
      const missing = names.data.filter((name) => !Object.hasOwn(value, name));
      return missing.map((name) => ({ path: [...path, name], message: "is required" }));
    };
  },
  additionalProperties: (schema, compile) => {
    const known = new Set(isJsonObject(schema["properties"]) ? Object.keys(schema["properties"]) : []);
    const rest = schema["additionalProperties"];
    const check = compile(rest ?? true, "additionalProperties");
    return (value, path) => {
      if (!isJsonObject(value)) return NONE;
      const further = Object.entries(value).filter(([name]) => !known.has(name));
      if (rest === false)
        return further.map(([name]) => ({ path: [...path, name], message: "is not a known property" }));
      return further.flatMap(([name, child]) => check(child, [...path, name]));
    };
  },
  items: (schema, compile) => {
    const check = compile(schema["items"] ?? true, "items");
    return (value, path) =>
      Array.isArray(value) ? value.flatMap((item: JsonValue, index) => check(item, [...path, String(index)])) : NONE;
  },
  minItems: (schema) =>
    bound(schema, "minItems", {
      of: listLength,
      fits: (have, limit) => have >= limit,
      says: "must have at least % entries",
    }),
  maxItems: (schema) =>
    bound(schema, "maxItems", {
      of: listLength,
      fits: (have, limit) => have <= limit,
      says: "must have at most % entries",
    }),
  minLength: (schema) =>
    bound(schema, "minLength", {
      of: textLength,
      fits: (have, limit) => have >= limit,
      says: "must have at least % characters",
    }),
  maxLength: (schema) =>
    bound(schema, "maxLength", {
      of: textLength,
      fits: (have, limit) => have <= limit,
      says: "must have at most % characters",
    }),
  minimum: (schema) =>
    bound(schema, "minimum", { of: amount, fits: (have, limit) => have >= limit, says: "must be at least %" }),
  maximum: (schema) =>
    bound(schema, "maximum", { of: amount, fits: (have, limit) => have <= limit, says: "must be at most %" }),
  exclusiveMinimum: (schema) =>
    bound(schema, "exclusiveMinimum", { of: amount, fits: (have, limit) => have > limit, says: "must be above %" }),
  exclusiveMaximum: (schema) =>
    bound(schema, "exclusiveMaximum", { of: amount, fits: (have, limit) => have < limit, says: "must be below %" }),
  pattern: (schema) => {
    const pattern = z.string().max(1_000).safeParse(schema["pattern"]);
    if (!pattern.success) throw new SchemaProblem(["pattern"], "must be text of at most 1000 characters");
    const compiled = compilePattern(pattern.data);
    return (value, path) =>
      typeof value !== "string" || compiled.matcher(value).find()
        ? NONE
        : [{ path, message: `must match ${pattern.data}` }];
  },
  format: (schema) => {
    const format = schema["format"];
    const known = typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (known === undefined) throw new SchemaProblem(["format"], `must be one of ${Object.keys(FORMATS).join(", ")}`);
    return (value, path) =>
      typeof value !== "string" || known.safeParse(value).success
        ? NONE
        : [{ path, message: `must be of the format ${JSON.stringify(format)}` }];
  },
  anyOf: (schema, compile) => {
    const choices = listOfSchemas(schema, "anyOf", compile);
    return (value, path) =>
      choices.some((check) => check(value, path).length === 0)
        ? NONE
        : [{ path, message: "must fit one of the alternatives" }];
  },
  allOf: (schema, compile) => {
    const parts = listOfSchemas(schema, "allOf", compile);
    return (value, path) => parts.flatMap((check) => check(value, path));
  },
};

function listOfSchemas(
  schema: JsonObject,
  keyword: "anyOf" | "allOf",
  compile: (inner: JsonValue, key: string) => SchemaCheck,
): readonly SchemaCheck[] {
  const schemas = schema[keyword];
  if (!Array.isArray(schemas) || schemas.length === 0) throw new SchemaProblem([keyword], "must be a list of schemas");
  return schemas.map((inner: JsonValue, index) => compile(inner, `${keyword}.${index}`));
}

interface Bound {
  /** What is measured; undefined for values that have no such measure. */
  readonly of: (value: JsonValue) => number | undefined;
  readonly fits: (have: number, limit: number) => boolean;
  /** `%` stands for the limit. */
  readonly says: string;
}

function bound(schema: JsonObject, keyword: string, { of, fits, says }: Bound): SchemaCheck {
  const limit = schema[keyword];
  if (typeof limit !== "number" || !Number.isFinite(limit)) throw new SchemaProblem([keyword], "must be a number");
  return (value, path) => {
    const have = of(value);
    return have === undefined || fits(have, limit) ? NONE : [{ path, message: says.replace("%", String(limit)) }];
  };
}

const listLength = (value: JsonValue): number | undefined => (Array.isArray(value) ? value.length : undefined);
// Code points, as JSON Schema counts.
const textLength = (value: JsonValue): number | undefined =>
  typeof value === "string" ? Array.from(value).length : undefined;
const amount = (value: JsonValue): number | undefined => (typeof value === "number" ? value : undefined);

function isOfType(value: JsonValue, type: SchemaType): boolean {
  switch (type) {
    case "object":
      return isJsonObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "string":
    case "number":
    case "boolean":
      break;
  }
  return typeof value === type;
}

/** RE2: a pattern of the queue's owner must not make the server spin on the data of somebody else. */
function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SchemaProblem(
      ["pattern"],
      "is no regular expression of RE2; look-around and back-references are not supported",
    );
  }
}

/** Text that is equal for equal values, whatever the order of their keys. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isJsonObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
