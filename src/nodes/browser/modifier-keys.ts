import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";

const KEYS = ["Alt", "Control", "Meta", "Shift"] as const;

/** Keys held while clicking: a list, or words with commas between them. */
export const modifierKeys: z.ZodType<(typeof KEYS)[number][]> = z
  .preprocess(
    (value) => {
      if (value === undefined || value === null) return [];
      return typeof value === "string" ? readList(value) : value;
    },
    z.array(z.enum(KEYS)),
  )
  .describe("Keys held down meanwhile");

function readList(text: string): JsonValue {
  return text
    .replaceAll(/[[\]"']/g, "")
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
}
