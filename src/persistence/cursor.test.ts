import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";

describe("a cursor", () => {
  prop.prop([fc.uuid()])("gives back the id it was made of", (id) => {
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  test.each(["", "x", "'; drop table robot", "a".repeat(23), "=".repeat(22)])("is refused when it reads %j", (text) => {
    expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: "PERSISTENCE_CURSOR_INVALID" }));
  });
});

test("a page leads on only when there was a row too many", () => {
  const rows = ["019b76da-a800-7000-8000-000000000002", "019b76da-a800-7000-8000-000000000001"].map((id) => ({ id }));

  expect(pageOf(rows, { limit: 2 })).toEqual({ data: rows });
  expect(pageOf(rows, { limit: 1 })).toEqual({ data: [rows[0]], nextCursor: encodeCursor(rows[0]?.id ?? "") });
  expect(pageOf([], { limit: 1 })).toEqual({ data: [] });
});
