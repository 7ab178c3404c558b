import { z } from "zod";
import type { JsonObject, JsonValue } from "../../../core/json.ts";
import { anything, asText, maybe, text } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { nodeErrors } from "../../errors.ts";
import { numbered } from "../numbered-parameters.ts";

export const createDictNode = defineNode({
  type: "CreateDictNode",
  category: "data",
  summary: "Makes a dict of key_1 with value_1, key_2 with value_2 …; a key that is empty is left out",
  needs: [],
  effect: "none",
  config: z.object({
    key_1: maybe(text()).describe("First key; key_4 and further ones may be given too"),
    value_1: anything().describe("Value of the first key; null when it is left out"),
    key_2: maybe(text()).describe("Second key"),
    value_2: anything().describe("Value of the second key"),
    key_3: maybe(text()).describe("Third key"),
    value_3: anything().describe("Value of the third key"),
  }),
  inputs: {
    key_1: "STRING",
    value_1: "ANY",
    key_2: "STRING",
    value_2: "ANY",
    key_3: "STRING",
    value_3: "ANY",
    "*": "ANY",
  },
  outputs: { dict: "DICT" },
  run: ({ config, extra }) => ({
    outputs: { dict: createdDict({ ...extra, ...config }, { key: "key_", value: "value_" }) },
  }),
});

/**
 * A dict of numbered keys and values; a key that is empty is left out.
 *
 * Throws NODE_VALUE_INVALID for a value without key.
 */
export function createdDict(
  given: Readonly<Record<string, JsonValue | undefined>>,
  prefixes: { readonly key: string; readonly value: string },
): JsonObject {
  const keys = new Map(numbered(given, prefixes.key).map(({ number, value }) => [number, asText(value)]));
  const values = new Map(numbered(given, prefixes.value).map(({ number, value }) => [number, value]));
  const lonely = [...values].find(([number, value]) => value !== null && (keys.get(number) ?? "") === "");
  if (lonely !== undefined) {
    throw nodeErrors.NODE_VALUE_INVALID({
      parameter: `${prefixes.value}${lonely[0]}`,
      reason: `has no key; give ${prefixes.key}${lonely[0]}`,
    });
  }
  const named = [...keys].filter(([, key]) => key !== "");
  return Object.fromEntries(named.map(([number, key]) => [key, values.get(number) ?? null]));
}
