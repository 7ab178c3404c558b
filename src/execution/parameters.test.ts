import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  anything,
  choice,
  decimal,
  dict,
  flag,
  integer,
  list,
  maybe,
  text,
  textOr,
  withDefault,
} from "./parameters.ts";

const refused = Symbol("refused");

function read(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  return result.success ? result.data : refused;
}

describe("parameters", () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ["text", text(), "a", "a"],
    ["text of a number", text(), 5, "5"],
    ["text of a flag", text(), true, "true"],
    ["text of a list", text(), [1], "[1]"],
    ["no text", text(), null, refused],
    ["nothing as text", text(), undefined, refused],
    ["decimal", decimal(), "1.5e1", 15],
    ["decimal of a flag", decimal(), true, 1],
    ["decimal of words", decimal(), "many", refused],
    ["no decimal", decimal(), "", refused],
    ["decimal below", decimal({ min: 0 }), -1, refused],
    ["decimal above", decimal({ max: 1 }), 2, refused],
    ["integer", integer(), " 7 ", 7],
    ["integer with a fraction", integer(), 1.5, refused],
    ["integer below", integer({ min: 0 }), -1, refused],
    ["integer above", integer({ max: 1 }), 2, refused],
    ["flag", flag(), "YES", true],
    ["flag of a number", flag(), 0, false],
    ["flag of another word", flag(), "maybe", refused],
    ["no flag", flag(), "", refused],
    ["choice", choice(["a", "b"]), "b", "b"],
    ["other choice", choice(["a", "b"]), "c", refused],
    ["anything", anything(), { a: 1 }, { a: 1 }],
    ["nothing of anything", anything(), undefined, undefined],
    ["list", list(), [1], [1]],
    ["list as JSON text", list(), " [1]", [1]],
    ["list as broken JSON text", list(), "[1", refused],
    ["list as other text", list(), "1,2", refused],
    ["dict", dict(), { a: 1 }, { a: 1 }],
    ["dict as JSON text", dict(), '{"a": 1}', { a: 1 }],
    ["a list as dict", dict(), [], refused],
    ["default for nothing", withDefault(integer(), 3), undefined, 3],
    ["default for empty text", withDefault(integer(), 3), "", 3],
    ["default for null", withDefault(integer(), 3), null, 3],
    ["no default for a value", withDefault(integer(), 3), "4", 4],
    ["text or standard", textOr("x"), undefined, "x"],
    ["empty text or standard", textOr("x"), "", ""],
    ["maybe nothing", maybe(integer()), "", undefined],
    ["maybe something", maybe(integer()), "4", 4],
  ])("%s", (_what, schema, value, expected) => {
    expect(read(schema, value)).toEqual(expected);
  });

  prop.prop([fc.double({ noNaN: true, noDefaultInfinity: true })])(
    "a number survives being written as text",
    (value) => {
      expect(read(decimal(), String(value))).toBe(value === 0 ? Number(String(value)) : value);
    },
  );
});
