import { z } from "zod";
import { workItemErrors } from "./errors.ts";
import type { ItemPage, ItemPageRequest } from "./work-item-store.ts";

const uuid = z.uuid();

/** Ids from outside may be any text; what is no UUID names nothing and must not reach a `uuid` column. */
export function isId(text: string): boolean {
  return uuid.safeParse(text).success;
}

/** The id after which the page begins; undefined for the first one. Throws WORK_ITEM_INVALID. */
export function readItemPage({ limit, cursor }: ItemPageRequest): string | undefined {
  if (!Number.isInteger(limit) || limit < 1 || limit > 250) {
    throw workItemErrors.WORK_ITEM_INVALID({ path: "limit", problem: "must be an integer from 1 to 250" });
  }
  if (cursor !== undefined && !isId(cursor)) {
    throw workItemErrors.WORK_ITEM_INVALID({ path: "cursor", problem: "must be the nextCursor of an earlier page" });
  }
  return cursor;
}

/** A page of rows of which one more than the limit was asked for, to know whether there is a next one. */
export function toItemPage<T extends { readonly id: string }>(rows: readonly T[], limit: number): ItemPage<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return rows.length > limit && last !== undefined ? { data, nextCursor: last.id } : { data };
}
