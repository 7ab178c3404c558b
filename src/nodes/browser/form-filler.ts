import { z } from "zod";
import { pause } from "../../core/deadline.ts";
import { dict, flag, integer, list, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { requiredText } from "../required.ts";
import { onElement } from "./act.ts";
import { fillField } from "./fill-field.ts";
import { readFormFields } from "./form-fields.ts";
import { pageOutput } from "./page-node.ts";
import { page } from "./parameters.ts";
import { submitForm } from "./submit-form.ts";

export const formFillerNode = defineNode({
  type: "FormFillerNode",
  category: "browser",
  summary: "Fills the fields of a form, found by label, name or selector",
  needs: ["browser"],
  effect: "once",
  config: z.object({
    page,
    fields_in: withDefault(list(), []).describe("Fields that form field nodes collected"),
    form_selector: withDefault(requiredText(), "form").describe("The form, or something around its fields"),
    field_mapping: withDefault(dict(), {}).describe("Label, name or selector of a field → its value"),
    fast_mode: withDefault(flag(), false).describe("Without the waits between fields"),
    auto_submit: withDefault(flag(), false).describe("Submit the form at the end"),
    clear_first: withDefault(flag(), true).describe("False appends to what is there"),
    wait_between_fields: withDefault(integer({ min: 0, max: 5_000 }), 0).describe("Milliseconds"),
    timeout: withDefault(integer({ min: 100, max: 60_000 }), 5_000).describe("Milliseconds for each field"),
  }),
  inputs: { page: "PAGE", field_mapping: "OBJECT", fields_in: "LIST" },
  outputs: { page: "PAGE", fields_filled: "INTEGER", form_data: "OBJECT" },
  async run(node) {
    const { config } = node;
    const fields = readFormFields(config.field_mapping, config.fields_in, config.clear_first);
    if (fields.length === 0) {
      throw nodeErrors.NODE_VALUE_INVALID({
        parameter: "field_mapping",
        reason: "names no field, and fields_in is empty",
      });
    }
    for (const [index, field] of fields.entries()) {
      if (index > 0 && !config.fast_mode) await pause(config.wait_between_fields, node.signal);
      await fillField(node, field, { form: config.form_selector, timeoutMs: config.timeout });
    }
    if (config.auto_submit) {
      const request = { selector: config.form_selector, action: "Submitting", timeoutMs: config.timeout };
      await onElement(node, request, submitForm);
    }
    const formData = Object.fromEntries(fields.map((field) => [field.key, field.value]));
    return { outputs: { page: pageOutput(node), fields_filled: fields.length, form_data: formData } };
  },
});
