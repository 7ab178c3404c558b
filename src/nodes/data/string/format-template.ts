import type { JsonValue } from "../../../core/json.ts";
import { asText } from "../../../execution/index.ts";
import { lengthOf } from "../../code-points.ts";
import { toNumber } from "../../conversions.ts";
import { nodeErrors } from "../../errors.ts";
import { followPath, parsePath } from "../../property-path.ts";

/**
 * Fills the placeholders of a template: `{name}`, `{order.items[0].price}`, `{price:.2f}`; `{{` and `}}` are braces.
 *
 * A format after the colon has the form `[fill][<>^][0][width][,][.digits][f|d|%|s]`.
 * Throws NODE_PLACEHOLDER_MISSING for a name that `variables` lacks, NODE_FORMAT_INVALID for a template it cannot read.
 */
export function formatTemplate(template: string, variables: Readonly<Record<string, JsonValue>>): string {
  let result = "";
  for (const match of template.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const [token, placeholder] = match;
    if (token === "{{" || token === "}}") result += token[0];
    else if (placeholder !== undefined) result += fill(placeholder, variables);
    else if (token === "{" || token === "}")
      throw invalid(`a single ${token} at character ${match.index}; write ${token}${token} for a brace`);
    else result += token;
  }
  return result;
}

function invalid(reason: string) {
  return nodeErrors.NODE_FORMAT_INVALID({ what: "The template", reason });
}

function fill(placeholder: string, variables: Readonly<Record<string, JsonValue>>): string {
  const colon = placeholder.indexOf(":");
  const name = (colon < 0 ? placeholder : placeholder.slice(0, colon)).trim();
  if (name === "") throw invalid("a placeholder without a name; write {name}");
  const value = Object.hasOwn(variables, name) ? variables[name] : followPath(variables, parsePath(name));
  if (value === undefined) throw nodeErrors.NODE_PLACEHOLDER_MISSING({ name });
  return colon < 0 ? asText(value) : formatValue(value, placeholder.slice(colon + 1), name);
}

const SPEC = /^(?:(.)?([<>^]))?(0?)(\d{0,4})(,?)(?:\.(\d{1,2}))?([fds%]?)$/u;

function formatValue(value: JsonValue, spec: string, name: string): string {
  const parts = SPEC.exec(spec);
  if (parts === null) throw invalid(`{${name}} has a format that is not known; use one like .2f, ,d, 05d or >10`);
  const [, fillChar, align, zero, width = "", comma, digits, kind] = parts;
  const numeric = kind === "f" || kind === "d" || kind === "%" || comma === "," || digits !== undefined;
  const body =
    numeric && kind !== "s" ? formatNumber(toNumber(value, `{${name}}`), { kind, comma, digits }) : asText(value);
  const filler = fillChar ?? (zero === "0" ? "0" : " ");
  return pad(body, { width: Number(width), filler, align: align ?? (typeof value === "number" ? ">" : "<") });
}

interface NumberFormat {
  readonly kind: string | undefined;
  readonly comma: string | undefined;
  readonly digits: string | undefined;
}

function formatNumber(value: number, { kind, comma, digits }: NumberFormat): string {
  const decimals = digits === undefined ? (kind === "d" ? 0 : kind === "" ? undefined : 6) : Number(digits);
  const scaled = kind === "%" ? value * 100 : value;
  const plain = decimals === undefined ? String(scaled) : scaled.toFixed(decimals);
  const [whole = "", fraction] = plain.split(".");
  const grouped = comma === "," ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return grouped + (fraction === undefined ? "" : `.${fraction}`) + (kind === "%" ? "%" : "");
}

interface Field {
  readonly width: number;
  readonly filler: string;
  readonly align: string;
}

function pad(body: string, { width, filler, align }: Field): string {
  const missing = width - lengthOf(body);
  if (missing <= 0) return body;
  // Zeros go between sign and digits.
  if (filler === "0" && align === ">" && /^[-+]/.test(body)) return body[0] + "0".repeat(missing) + body.slice(1);
  const before = { ">": missing, "<": 0 }[align] ?? Math.floor(missing / 2);
  return filler.repeat(before) + body + filler.repeat(missing - before);
}
