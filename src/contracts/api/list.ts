import { z } from "zod";
import { plainText } from "./identifiers.ts";

/** Query of every list; strict, because a misspelled filter would silently list everything. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(250).default(100).describe("entries per page"),
  cursor: plainText(1, 500).optional().describe("`nextCursor` of the page before"),
});

/** A page: `nextCursor` is there while the list goes on. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: z.string().optional() });
}

/** A filter that takes several values: `?state=pending,running` or `?state=pending&state=running`. */
export function severalOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z.preprocess(splitList, z.array(item).min(1).max(50));
}

function splitList(given: unknown): unknown {
  const parts: readonly unknown[] = Array.isArray(given) ? given : [given];
  return parts.flatMap((part) => (typeof part === "string" ? part.split(",") : [part]));
}
