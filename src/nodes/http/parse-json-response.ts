import { z } from "zod";
import { anything, textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { inexactNote, parseJsonText } from "../json-text.ts";
import { followPath, parsePath } from "../property-path.ts";

export const parseJsonResponseNode = defineNode({
  type: "ParseJsonResponseNode",
  category: "http",
  summary: "Picks a value out of JSON; a path that leads nowhere gives the default, with success false",
  needs: [],
  effect: "none",
  config: z.object({
    json_data: anything().describe("Data, or JSON text"),
    path: textOr("").describe("Path like data.items[0].id; everything when empty"),
    default: anything().describe("The value when the path leads nowhere; empty text when it is left out"),
  }),
  inputs: { json_data: "ANY", path: "STRING", default: "ANY" },
  outputs: { value: "ANY", success: "BOOLEAN", error: "STRING" },
  configAliases: { response: "json_data", data: "json_data" },
  portAliases: { response: "json_data", data: "value" },
  run({ config, log }) {
    if (config.json_data === undefined) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "json_data", reason: "is missing; connect or set it" });
    }
    const { data, inexactNumbers } =
      typeof config.json_data === "string"
        ? parseJsonText(config.json_data, "json_data")
        : { data: config.json_data, inexactNumbers: 0 };
    if (inexactNumbers > 0) log("warning", inexactNote(inexactNumbers));
    const value = followPath(data, parsePath(config.path));
    if (value !== undefined) return { outputs: { value, success: true, error: "" } };
    return { outputs: { value: config.default ?? "", success: false, error: `${config.path} leads nowhere` } };
  },
});
