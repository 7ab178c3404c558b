import { queueErrors } from "./errors.ts";
import type { Page, PageRequest } from "./queue.ts";

export const MAX_PAGE = 250;

/** An opaque place in a list. @param parts the sort key of the last row shown. */
function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/**
 * The sort key in a page's cursor, or undefined for the first page.
 *
 * Rejects with QUEUE_INVALID for a limit outside 1–250 and for a cursor that this list did not make.
 *
 * @param shape says of each part whether it can be one.
 */
export function readPage(
  page: PageRequest,
  shape: readonly ((part: string) => boolean)[],
): readonly string[] | undefined {
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > MAX_PAGE) {
    throw queueErrors.QUEUE_INVALID({ path: "limit", problem: `must be an integer from 1 to ${MAX_PAGE}` });
  }
  if (page.cursor === undefined) return undefined;
  const parts = parse(page.cursor);
  const fits =
    Array.isArray(parts) &&
    parts.length === shape.length &&
    parts.every((part, index) => typeof part === "string" && shape[index]?.(part) === true);
  if (!fits) throw queueErrors.QUEUE_INVALID({ path: "cursor", problem: "must be the nextCursor of an earlier page" });
  return parts as string[];
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

/**
 * A page of rows of which one more than the limit was asked for, to know whether there is a next page.
 *
 * @param placeOf the sort key of a row.
 */
export function toPage<T>(rows: readonly T[], limit: number, placeOf: (row: T) => readonly string[]): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data };
  return { data, nextCursor: encodeCursor(placeOf(last)) };
}

/** Microseconds of the epoch, as cursors of lists by time hold them. */
export function isMicroseconds(text: string): boolean {
  return /^\d{1,16}$/.test(text);
}
