import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { choice, flag, list, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { FIELD_TYPES } from "./form-fields.ts";
import { pageOutput } from "./page-node.ts";
import { page, selector } from "./parameters.ts";

export const formFieldNode = defineNode({
  type: "FormFieldNode",
  category: "browser",
  summary: "Adds a field and its value to the list that a form filler fills; touches no page",
  needs: ["browser"],
  effect: "none",
  config: z.object({
    page,
    fields_in: withDefault(list(), []).describe("Fields collected so far"),
    selector,
    value: textOr("").describe("For checkbox and radio: whether it is chosen"),
    field_type: withDefault(choice(FIELD_TYPES), "text"),
    clear_first: withDefault(flag(), true).describe("False appends to what is there"),
  }),
  inputs: { page: "PAGE", fields_in: "LIST" },
  outputs: { page: "PAGE", fields_out: "LIST", field: "OBJECT" },
  run(node) {
    const { config } = node;
    const field: JsonValue = {
      selector: config.selector,
      value: config.value,
      field_type: config.field_type,
      clear_first: config.clear_first,
    };
    return { outputs: { page: pageOutput(node), fields_out: [...config.fields_in, field], field } };
  },
});
