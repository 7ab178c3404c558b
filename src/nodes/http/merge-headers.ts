import type { JsonValue } from "../../core/json.ts";
import { asText } from "../../execution/index.ts";

/** Headers of several sources as text; a later one replaces an earlier one whatever its capital letters (RFC 9110 §5.1). */
export function mergeHeaders(...sources: readonly Readonly<Record<string, JsonValue>>[]): Record<string, string> {
  const merged = new Map<string, readonly [string, string]>();
  for (const [name, value] of sources.flatMap((source) => Object.entries(source))) {
    if (value !== null && name.trim() !== "") merged.set(name.trim().toLowerCase(), [name.trim(), asText(value)]);
  }
  return Object.fromEntries(merged.values());
}
