import { hasCode } from "../../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.ts";
import { nodeErrors } from "../../errors.ts";
import { parseJsonText } from "../../json-text.ts";
import { followPath, parsePath } from "../../property-path.ts";
import { writeJson } from "../json/write-json.ts";
import { ownEntry } from "./dict-parameters.ts";

export const DICT_ACTIONS = [
  "Create Dict",
  "Get Value",
  "Get Property",
  "Has Key",
  "Get Keys",
  "Get Values",
  "Get Items",
  "Set Value",
  "Remove Key",
  "Merge",
  "Parse JSON",
  "To JSON",
] as const;

/** Parameters of the super node. */
export interface DictWork {
  readonly dict: JsonObject;
  readonly created: JsonObject;
  readonly key: string;
  readonly value: JsonValue;
  readonly path: string;
  readonly dict1: JsonObject;
  readonly dict2: JsonObject;
  readonly json_string: string;
  readonly data: JsonValue;
  readonly default_value: string;
  readonly separator: string;
  readonly ignore_missing: boolean;
  readonly deep_merge: boolean;
  readonly overwrite: boolean;
  readonly indent: number;
  readonly sort_keys: boolean;
  readonly ensure_ascii: boolean;
}

type Outputs = Readonly<Record<string, JsonValue>>;

/** What each action of the dict super node gives out. */
export const DO_WITH_DICT: Readonly<Record<(typeof DICT_ACTIONS)[number], (work: DictWork) => Outputs>> = {
  "Create Dict": ({ created }) => ({ dict: created, count: Object.keys(created).length }),
  "Get Value": ({ dict, key, default_value }) => found(ownEntry(dict, key), default_value),
  "Get Property": ({ dict, path, separator, default_value }) =>
    found(followPath(dict, stepsOf(path, separator)), default_value),
  "Has Key": ({ dict, key }) => ({ has_key: ownEntry(dict, key) !== undefined }),
  "Get Keys": ({ dict }) => counted("keys", Object.keys(dict)),
  "Get Values": ({ dict }) => counted("values", Object.values(dict)),
  "Get Items": ({ dict }) =>
    counted(
      "items",
      Object.entries(dict).map(([key, value]) => ({ key, value })),
    ),
  "Set Value": ({ dict, key, value }) => {
    if (key === "") throw nodeErrors.NODE_VALUE_INVALID({ parameter: "key", reason: "is needed by Set Value" });
    const previous = ownEntry(dict, key);
    return { dict: { ...dict, [key]: value }, previous: previous ?? null, was_update: previous !== undefined };
  },
  "Remove Key": removeKey,
  Merge({ dict1, dict2, deep_merge: isDeep, overwrite }) {
    const merged = merge(dict1, dict2, { isDeep, overwrite });
    return { merged, count: Object.keys(merged).length };
  },
  "Parse JSON": parseJson,
  "To JSON": ({ data, indent, sort_keys: sortKeys, ensure_ascii: ascii }) => ({
    json_string: writeJson(data, { indent, sortKeys, ascii }),
    success: true,
  }),
};

function found(value: JsonValue | undefined, fallback: string): Outputs {
  const absent = fallback === "" ? null : fallback;
  return { value: value === undefined ? absent : value, found: value !== undefined };
}

function counted(name: string, items: readonly JsonValue[]): Outputs {
  return { [name]: items, count: items.length };
}

function stepsOf(path: string, separator: string): readonly string[] {
  if (separator === "." || separator === "") return parsePath(path);
  return path === "" ? [] : path.split(separator);
}

function removeKey({ dict, key, ignore_missing: mayBeMissing }: DictWork): Outputs {
  const removed = ownEntry(dict, key);
  if (removed === undefined && !mayBeMissing) {
    throw nodeErrors.NODE_VALUE_INVALID({
      parameter: "key",
      reason: "is not in the dict; test it before this node, or set ignore_missing",
    });
  }
  const rest = Object.fromEntries(Object.entries(dict).filter(([name]) => name !== key));
  return { dict: rest, removed_value: removed ?? null, was_removed: removed !== undefined };
}

interface MergeRules {
  readonly isDeep: boolean;
  readonly overwrite: boolean;
}

function merge(first: JsonObject, second: JsonObject, rules: MergeRules): JsonObject {
  const merged = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const known = merged.get(key);
    if (rules.isDeep && isJsonObject(known) && isJsonObject(value)) merged.set(key, merge(known, value, rules));
    else if (known === undefined || rules.overwrite) merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** The only action that tells its failure by an output: that is what its port `success` is for. */
function parseJson({ json_string: text }: DictWork): Outputs {
  try {
    return { data: parseJsonText(text, "json_string").data, success: true, error: "" };
  } catch (error) {
    if (hasCode(error, "NODE_JSON_INVALID")) return { data: null, success: false, error: error.message };
    throw error;
  }
}
