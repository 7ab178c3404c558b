import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { asText, isTruthy, kindOf } from "../../execution/index.ts";
import { lengthOf } from "../code-points.ts";
import { compareValues, sameValue } from "../compare-values.ts";
import { toNumber } from "../conversions.ts";
import { nodeErrors } from "../errors.ts";
import { findMatches } from "../patterns.ts";

export const VALIDATION_TYPES = [
  "not_empty",
  "is_string",
  "is_number",
  "is_integer",
  "is_boolean",
  "is_list",
  "is_dict",
  "matches_regex",
  "min_length",
  "max_length",
  "min_value",
  "max_value",
  "in_list",
  "is_email",
  "is_url",
  "custom",
] as const;

interface Rule {
  readonly type: (typeof VALIDATION_TYPES)[number];
  readonly parameter: JsonValue;
  readonly evaluate: (expression: string) => JsonValue;
}

type Check = (value: JsonValue, rule: Rule) => string | undefined;

const CHECKS: Readonly<Record<Rule["type"], Check>> = {
  not_empty: (value) => (isEmpty(value) ? "it is empty" : undefined),
  is_string: (value) => must(typeof value === "string", "text", value),
  is_number: (value) => must(typeof value === "number", "a number", value),
  is_integer: (value) => must(Number.isInteger(value), "a whole number", value),
  is_boolean: (value) => must(typeof value === "boolean", "a flag", value),
  is_list: (value) => must(Array.isArray(value), "a list", value),
  is_dict: (value) => must(isJsonObject(value), "a dict", value),
  matches_regex: matchesRegex,
  min_length: (value, rule) => bound(sizeOf(value), { rule, says: "long", below: true }),
  max_length: (value, rule) => bound(sizeOf(value), { rule, says: "long", below: false }),
  min_value: (value, rule) => valueBound(value, rule, true),
  max_value: (value, rule) => valueBound(value, rule, false),
  in_list: (value, rule) =>
    allowed(rule).some((item) => sameValue(item, value)) ? undefined : "it is none of the allowed values",
  is_email: (value) => (isEmail(value) ? undefined : "it is no e-mail address"),
  is_url: (value) => (isUrl(value) ? undefined : "it is no http or https address"),
  custom: (value, rule) => (isTruthy(rule.evaluate(asText(needed(rule)))) ? undefined : "the expression does not hold"),
};

/**
 * What is wrong with a value by a rule, in words; undefined when nothing is.
 *
 * Throws NODE_VALUE_INVALID when the rule lacks its parameter, NODE_PATTERN_INVALID, NODE_CONVERSION_FAILED.
 */
export function complaintAbout(value: JsonValue, rule: Rule): string | undefined {
  return CHECKS[rule.type](value, rule);
}

function must(holds: boolean, wanted: string, value: JsonValue): string | undefined {
  return holds ? undefined : `it must be ${wanted}, not ${kindOf(value)}`;
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function needed(rule: Rule): JsonValue {
  if (rule.parameter !== null && rule.parameter !== "") return rule.parameter;
  throw nodeErrors.NODE_VALUE_INVALID({ parameter: "validation_param", reason: `is needed by ${rule.type}` });
}

function matchesRegex(value: JsonValue, rule: Rule): string | undefined {
  const flags = { ignore_case: false, multiline: false, dotall: false };
  const pattern = asText(needed(rule));
  if (typeof value !== "string") return must(false, "text", value);
  const [first] = findMatches(value, pattern, { ...flags, limit: 1 });
  // The pattern has to match from the first character on, as in the files of the predecessor.
  return first?.start === 0 ? undefined : "it does not match the pattern";
}

function sizeOf(value: JsonValue): number | undefined {
  if (typeof value === "string") return lengthOf(value);
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
}

function bound(
  size: number | undefined,
  { rule, says, below }: { readonly rule: Rule; readonly says: string; readonly below: boolean },
): string | undefined {
  const limit = toNumber(needed(rule), "validation_param");
  if (size === undefined) return "it has no length";
  if (below) return size < limit ? `it is ${size} ${says}, less than ${limit}` : undefined;
  return size > limit ? `it is ${size} ${says}, more than ${limit}` : undefined;
}

function valueBound(value: JsonValue, rule: Rule, below: boolean): string | undefined {
  const limit = toNumber(needed(rule), "validation_param");
  if (typeof value !== "number" && typeof value !== "string") return must(false, "a number", value);
  const order = compareValues(value, limit, rule.type);
  if (below) return order < 0 ? `it is less than ${limit}` : undefined;
  return order > 0 ? `it is more than ${limit}` : undefined;
}

function allowed(rule: Rule): readonly JsonValue[] {
  const values = needed(rule);
  if (Array.isArray(values)) return values as readonly JsonValue[];
  return asText(values)
    .split(",")
    .map((item) => item.trim());
}

function isEmail(value: JsonValue): boolean {
  // RFC 5321 §4.5.3.1: longer addresses do not exist, and the limit bounds the matching.
  return typeof value === "string" && value.length <= 320 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*\.[^\s@.]{2,}$/.test(value);
}

function isUrl(value: JsonValue): boolean {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}
