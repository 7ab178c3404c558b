import { z } from "zod";
import { plainText } from "./identifiers.ts";

/** Fields of every request that works on many things, in steps. */
export const bulkSteps = {
  /** Only counts what would be met. */
  dryRun: z.boolean().default(false),
  /** At most so many in this call. */
  limit: z.int().min(1).max(1_000).default(1_000),
  /** `nextCursor` of the call before, with the same filter. */
  cursor: plainText(1, 500).optional(),
};

/** A filter that says something: an empty one, from a program that lost its conditions, would meet everything. */
export function notEmpty<Filter extends z.ZodObject>(filter: Filter) {
  return filter.refine((given) => Object.keys(given).length > 0, {
    error: "must have at least one condition; to mean everything, give all: true instead of a filter",
    // What is misspelled is said by itself.
    when: ({ issues }) => issues.length === 0,
  });
}

/** Refuses a request that names none, or more than one, of its ways to choose. */
export function exactlyOne<Choice extends string>(choices: readonly [Choice, ...Choice[]]) {
  return (given: { readonly [K in Choice]?: unknown }, context: z.RefinementCtx): void => {
    if (choices.filter((choice) => given[choice] !== undefined).length === 1) return;
    context.addIssue({ code: "custom", path: [choices[0]], message: `give exactly one of ${choices.join(", ")}` });
  };
}
