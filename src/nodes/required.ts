import { z } from "zod";
import type { JsonValue } from "../core/json.ts";
import { text } from "../execution/index.ts";

/** Text that must be given and not be blank. */
export function requiredText(): z.ZodType<string> {
  return text().refine((value) => value.trim() !== "", "must not be empty");
}

/** Any value that must be given; null counts as given, because data may hold it. */
export function requiredValue(): z.ZodType<JsonValue> {
  return z.unknown().refine((value) => value !== undefined, "is required") as z.ZodType<JsonValue>;
}
