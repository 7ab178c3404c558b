import { z } from "zod";
import { dict, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { formatTemplate } from "./format-template.ts";

export const formatStringNode = defineNode({
  type: "FormatStringNode",
  category: "data",
  summary: "Fills the {name} placeholders of a template; a name without value is an error",
  needs: [],
  effect: "none",
  config: z.object({
    template: textOr("").describe(
      "Text with placeholders like {name}, {order.id} or {price:.2f}; {{ and }} are braces",
    ),
    variables: withDefault(dict(), {}).describe("The values by name"),
  }),
  inputs: { template: "STRING", variables: "DICT" },
  outputs: { result: "STRING" },
  run: ({ config }) => ({ outputs: { result: formatTemplate(config.template, config.variables) } }),
});
