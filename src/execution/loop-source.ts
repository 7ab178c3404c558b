import { isJsonObject, type JsonValue } from "../core/json.ts";
import { codePoints } from "./code-points.ts";
import { executionErrors } from "./errors.ts";
import type { LoopSource } from "./run-state.ts";
import { fromJsonText } from "./variable-types.ts";

/** Parameters of a for loop, resolved and checked by its schema. */
export interface ForConfig {
  readonly mode?: unknown;
  readonly items?: unknown;
  readonly list_var?: unknown;
  readonly start?: unknown;
  readonly end?: unknown;
  readonly step?: unknown;
}

/**
 * What a for loop walks over: a range, else `items`, else the variable that `list_var` names.
 *
 * @throws WORKFLOW_ITEMS_MISSING, WORKFLOW_RANGE_INVALID (step 0)
 */
export function loopSource(
  node: string,
  config: ForConfig,
  variable: (name: string) => JsonValue | undefined,
): LoopSource {
  if (config.mode === "range") return rangeOf(node, config);
  const items = config.items as JsonValue | undefined;
  if (items !== undefined && items !== null && items !== "") return itemsOf(items);
  const named = config.list_var as JsonValue | undefined;
  // A template in list_var yields the list itself.
  const found = typeof named === "string" ? variable(named.trim()) : named;
  if (found === undefined || found === null) throw executionErrors.WORKFLOW_ITEMS_MISSING({ node });
  return itemsOf(found);
}

function rangeOf(node: string, config: ForConfig): LoopSource {
  const [start, end, step] = [numberIn(config.start, 0), numberIn(config.end, 0), numberIn(config.step, 1)];
  if (step === 0) throw executionErrors.WORKFLOW_RANGE_INVALID({ node });
  return { kind: "range", start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
}

function numberIn(value: unknown, absent: number): number {
  return typeof value === "number" ? value : absent;
}

/**
 * A list as it is, the values of a dict with their keys, the characters of text, and anything else as the only item.
 * JSON text of a list or dict counts as that.
 */
function itemsOf(given: NonNullable<JsonValue>): LoopSource {
  const items = typeof given === "string" ? fromJsonText(given) : given;
  if (Array.isArray(items)) return { kind: "list", items };
  if (typeof items === "string") return { kind: "list", items: codePoints(items) };
  if (!isJsonObject(items)) return { kind: "list", items: [items] };
  return { kind: "list", items: Object.values(items), keys: Object.keys(items) };
}

export function loopLength(source: LoopSource): number {
  return source.kind === "range" ? source.count : source.items.length;
}

/** What one iteration is about. The key of anything but a dict is the index. */
export function loopItem(source: LoopSource, index: number): { readonly item: JsonValue; readonly key: JsonValue } {
  if (source.kind === "range") return { item: source.start + index * source.step, key: index };
  return { item: source.items[index] ?? null, key: source.keys?.[index] ?? index };
}
