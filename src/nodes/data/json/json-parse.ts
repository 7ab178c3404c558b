import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { inexactNote, parseJsonText } from "../../json-text.ts";
import { requiredText } from "../../required.ts";

export const jsonParseNode = defineNode({
  type: "JsonParseNode",
  category: "data",
  summary: "Reads JSON text",
  needs: [],
  effect: "none",
  config: z.object({ json_string: requiredText().describe("The JSON text") }),
  inputs: { json_string: "STRING" },
  outputs: { data: "ANY" },
  configAliases: { json: "json_string", text: "json_string" },
  portAliases: { json: "json_string", result: "data" },
  run({ config, log }) {
    const { data, inexactNumbers } = parseJsonText(config.json_string, "json_string");
    if (inexactNumbers > 0) log("warning", inexactNote(inexactNumbers));
    return { outputs: { data } };
  },
});
