import { z } from "zod";

const uuid = z.uuid();

/** Ids from outside may be any text; what is no UUID names nothing and must not reach a `uuid` column. */
export function isUuid(text: string): boolean {
  return uuid.safeParse(text).success;
}

/** Job ids are positive bigints in decimal. */
export function isBigint(text: string): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= 9_223_372_036_854_775_807n;
}
