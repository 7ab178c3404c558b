import { z } from "zod";
import { persistenceErrors } from "./errors.ts";
import type { ListPage, ListRequest } from "./repositories.ts";

const cursorText = z.string().regex(/^[\w-]{22}$/);

/** Packs the id of the last row of a page into the opaque text a caller sends back. */
export function encodeCursor(id: string): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
}

/** The id in a cursor; throws PERSISTENCE_CURSOR_INVALID for text that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): string {
  if (!cursorText.safeParse(cursor).success) throw persistenceErrors.PERSISTENCE_CURSOR_INVALID({});
  const hex = Buffer.from(cursor, "base64url").toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Makes a page of `limit + 1` rows that were asked for: the row too many only tells that the list goes on. */
export function pageOf<T extends { readonly id: string }>(rows: readonly T[], { limit }: ListRequest): ListPage<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return rows.length > limit && last ? { data, nextCursor: encodeCursor(last.id) } : { data };
}
