import { z } from "zod";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { flag, text, withDefault } from "../../execution/index.ts";
import { nodeErrors } from "../errors.ts";

export const FIELD_TYPES = ["text", "select", "checkbox", "radio"] as const;

/** How a field of a form is found and what goes into it. */
export interface FormField {
  /** A selector, or the label or name of a field. */
  readonly key: string;
  readonly isSelector: boolean;
  readonly value: JsonValue;
  /** Undefined: the field itself tells. */
  readonly type: (typeof FIELD_TYPES)[number] | undefined;
  readonly clearFirst: boolean;
}

const fieldSchema = z.object({
  selector: z.string().min(1),
  value: withDefault(text(), ""),
  field_type: z.enum(FIELD_TYPES).default("text"),
  clear_first: withDefault(flag(), true),
});

/**
 * The fields that a form filler gets: a mapping of labels, names or selectors to values, and the list that field nodes
 * collected. Pure. Throws NODE_VALUE_INVALID.
 */
export function readFormFields(mapping: JsonObject, collected: readonly JsonValue[], clearFirst: boolean): FormField[] {
  const mapped = Object.entries(mapping).map(
    ([key, value]): FormField => ({ key, isSelector: looksLikeSelector(key), value, type: undefined, clearFirst }),
  );
  const listed = collected.map((entry, index): FormField => {
    const read = fieldSchema.safeParse(entry);
    if (!read.success) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "fields_in", reason: `has no form field at position ${index}` });
    }
    const { selector, value, field_type: type, clear_first } = read.data;
    return { key: selector, isSelector: true, value, type, clearFirst: clear_first };
  });
  return [...mapped, ...listed];
}

/** A key of a mapping that is a selector rather than the label or the name of a field. */
function looksLikeSelector(key: string): boolean {
  return /^([#.[/*]|\(+\/)|^(css|xpath|text|itext|label|placeholder|testid|role|id)=|>>/.test(key.trim());
}

/** Whether a value chooses a checkbox. Pure. */
export function isChosen(value: JsonValue): boolean {
  if (typeof value === "string") return !/^(|false|0|no|off|unchecked)$/i.test(value.trim());
  return Boolean(value);
}
