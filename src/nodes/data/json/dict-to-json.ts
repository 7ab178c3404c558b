import { z } from "zod";
import { flag, integer, maybe, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { theDict } from "../dict/dict-parameters.ts";
import { writeJson } from "./write-json.ts";

export const dictToJsonNode = defineNode({
  type: "DictToJsonNode",
  category: "data",
  summary: "A dict as JSON text",
  needs: [],
  effect: "none",
  config: z.object({
    dict: theDict(),
    indent: maybe(integer({ min: 0, max: 10 })).describe("Spaces per level; all on one line when not given"),
    sort_keys: withDefault(flag(), false).describe("Keys in alphabetical order"),
    ensure_ascii: withDefault(flag(), true).describe("Everything beyond ASCII as \\u escapes"),
  }),
  inputs: { dict: "DICT", indent: "INTEGER" },
  outputs: { json_string: "STRING" },
  portAliases: { json: "json_string" },
  run({ config }) {
    const style = { indent: config.indent, sortKeys: config.sort_keys, ascii: config.ensure_ascii };
    return { outputs: { json_string: writeJson(config.dict, style) } };
  },
});
