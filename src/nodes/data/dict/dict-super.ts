import { z } from "zod";
import { anything, choice, dict, flag, integer, maybe, text, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { createdDict } from "./create-dict.ts";
import { DICT_ACTIONS, DO_WITH_DICT } from "./dict-actions.ts";
import { theDict } from "./dict-parameters.ts";

export const dictSuperNode = defineNode({
  type: "DictSuperNode",
  category: "data",
  summary: "Does one of twelve things with a dict, each with outputs of its own",
  needs: [],
  effect: "none",
  config: z.object({
    action: withDefault(choice(DICT_ACTIONS), "Get Value").describe("What is done"),
    dict: theDict(),
    key: textOr("").describe("Get, Has, Set, Remove: the key"),
    key1: maybe(text()).describe("Create Dict: first key; key4 and further ones may be given too"),
    value1: anything().describe("Create Dict: value of the first key"),
    key2: maybe(text()).describe("Create Dict: second key"),
    value2: anything().describe("Create Dict: value of the second key"),
    key3: maybe(text()).describe("Create Dict: third key"),
    value3: anything().describe("Create Dict: value of the third key"),
    value: anything().describe("Set Value: the value; null when it is left out"),
    path: textOr("").describe("Get Property: path like customer.orders[0].id"),
    dict1: withDefault(dict(), {}).describe("Merge: first dict"),
    dict2: withDefault(dict(), {}).describe("Merge: second dict"),
    json_string: textOr("").describe("Parse JSON: the text"),
    data: anything().describe("To JSON: the data; null when it is left out"),
    default_value: textOr("").describe("Get: the value when there is none; null when empty"),
    separator: textOr(".").describe("Get Property: what stands between the steps of the path"),
    create_path: withDefault(flag(), true).describe("Set Value: kept for old files, has no effect"),
    ignore_missing: withDefault(flag(), false).describe("Remove Key: a missing key is no error"),
    deep_merge: withDefault(flag(), false).describe("Merge: inner dicts too"),
    overwrite: withDefault(flag(), true).describe("Merge: where both have a key, dict2 wins"),
    indent: withDefault(integer({ min: 0, max: 10 }), 0).describe("To JSON: spaces per level; 0 for one line"),
    sort_keys: withDefault(flag(), false).describe("To JSON: keys in alphabetical order"),
    ensure_ascii: withDefault(flag(), false).describe("To JSON: everything beyond ASCII as \\u escapes"),
  }),
  inputs: {
    dict: "DICT",
    key: "STRING",
    key1: "STRING",
    value1: "ANY",
    key2: "STRING",
    value2: "ANY",
    key3: "STRING",
    value3: "ANY",
    value: "ANY",
    path: "STRING",
    dict1: "DICT",
    dict2: "DICT",
    json_string: "STRING",
    data: "ANY",
    "*": "ANY",
  },
  outputs: {
    value: "ANY",
    found: "BOOLEAN",
    dict: "DICT",
    count: "INTEGER",
    has_key: "BOOLEAN",
    keys: "LIST",
    values: "LIST",
    items: "LIST",
    previous: "ANY",
    was_update: "BOOLEAN",
    removed_value: "ANY",
    was_removed: "BOOLEAN",
    merged: "DICT",
    data: "ANY",
    success: "BOOLEAN",
    error: "STRING",
    json_string: "STRING",
  },
  run({ config, extra }) {
    const isCreating = config.action === "Create Dict";
    const created = isCreating ? createdDict({ ...extra, ...config }, { key: "key", value: "value" }) : {};
    const { value = null, data = null } = config;
    return { outputs: DO_WITH_DICT[config.action]({ ...config, created, value, data }) };
  },
});
