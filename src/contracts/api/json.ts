import { z } from "zod";

/** Plain JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Any JSON value.
 *
 * Only told apart from "absent": what comes here was parsed from JSON text, and walking a workflow file again costs more
 * than parsing it did.
 */
export const json = z.custom<Json>((value) => value !== undefined, { error: "must be given" });

/** A JSON object with any keys. */
export const jsonObject = z.custom<{ readonly [key: string]: Json }>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "must be an object" },
);
