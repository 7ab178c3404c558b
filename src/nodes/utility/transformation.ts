import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { asText, isTruthy } from "../../execution/index.ts";
import { charactersOf } from "../code-points.ts";
import { toBoolean, toDict, toInteger, toList, toNumber } from "../conversions.ts";
import { nodeErrors } from "../errors.ts";
import { parseJsonText } from "../json-text.ts";
import { findMatches } from "../patterns.ts";
import { followPath, parsePath } from "../property-path.ts";

export const TRANSFORM_TYPES = [
  "to_string",
  "to_integer",
  "to_float",
  "to_boolean",
  "to_list",
  "to_json",
  "from_json",
  "uppercase",
  "lowercase",
  "trim",
  "split",
  "join",
  "replace",
  "regex_extract",
  "get_key",
  "get_index",
  "map_values",
  "filter_values",
] as const;

interface Transformation {
  readonly type: (typeof TRANSFORM_TYPES)[number];
  readonly parameter: JsonValue;
  readonly evaluate: (expression: string, names: Readonly<Record<string, JsonValue>>) => JsonValue;
}

const VALUE = "value";

const TRANSFORMS: Readonly<
  Record<Transformation["type"], (value: JsonValue, transformation: Transformation) => JsonValue>
> = {
  to_string: asText,
  to_integer: (value) => toInteger(value, VALUE),
  to_float: (value) => toNumber(value, VALUE),
  to_boolean: (value) => toBoolean(value, VALUE),
  to_list: listOf,
  to_json: (value) => JSON.stringify(value),
  from_json: (value) => (typeof value === "string" ? parseJsonText(value, VALUE).data : value),
  uppercase: (value) => asText(value).toUpperCase(),
  lowercase: (value) => asText(value).toLowerCase(),
  trim: (value) => asText(value).trim(),
  split: (value, { parameter }) => asText(value).split(asText(parameter) || ","),
  join: (value, { parameter }) =>
    toList(value, VALUE)
      .map(asText)
      .join(asText(parameter) || ","),
  replace: (value, transformation) => {
    const { old, new: replacement } = toDict(needed(transformation), "transform_param");
    return asText(value).replaceAll(asText(old ?? null), () => asText(replacement ?? null));
  },
  regex_extract: (value, transformation) => {
    const flags = { ignore_case: false, multiline: false, dotall: false, limit: 1 };
    return findMatches(asText(value), asText(needed(transformation)), flags)[0]?.text ?? null;
  },
  get_key: (value, transformation) =>
    followPath(toDict(value, VALUE), parsePath(asText(needed(transformation)))) ?? null,
  get_index: (value, { parameter }) => {
    const items = typeof value === "string" ? charactersOf(value) : toList(value, VALUE);
    return items.at(toInteger(parameter ?? 0, "transform_param")) ?? null;
  },
  map_values: (value, { parameter }) => {
    const steps = parsePath(asText(parameter));
    return toList(value, VALUE).map((item) => (isJsonObject(item) ? (followPath(item, steps) ?? null) : item));
  },
  filter_values: (value, { parameter, evaluate }) =>
    toList(value, VALUE).filter((item, index) =>
      parameter === null ? item !== null && item !== "" : isTruthy(evaluate(asText(parameter), { item, index })),
    ),
};

/** Converts a value. Throws NODE_CONVERSION_FAILED, NODE_VALUE_INVALID, NODE_JSON_INVALID, NODE_PATTERN_INVALID. */
export function transformed(value: JsonValue, transformation: Transformation): JsonValue {
  return TRANSFORMS[transformation.type](value, transformation);
}

function needed({ type, parameter }: Transformation): JsonValue {
  if (parameter !== null && parameter !== "") return parameter;
  throw nodeErrors.NODE_VALUE_INVALID({ parameter: "transform_param", reason: `is needed by ${type}` });
}

/** A list as it is, text as its characters (JSON text of a list is read), a dict as its [key, value] pairs. */
function listOf(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return value.trimStart().startsWith("[") ? toList(value, VALUE) : charactersOf(value);
  return isJsonObject(value) ? Object.entries(value) : [value];
}
