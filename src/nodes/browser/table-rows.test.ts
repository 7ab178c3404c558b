import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { spread } from "./read-table.ts";
import { shapeTable, toDicts } from "./table-rows.ts";

const all = { includeHeaders: true, skipRows: 0, maxRows: 0 };
const lines = [
  ["A", "B"],
  ["1", "2"],
  ["3", "4"],
];

describe("shapeTable", () => {
  test("takes the head for the names", () => {
    expect(shapeTable({ head: ["X", "Y"], rows: lines }, all)).toEqual({ headers: ["X", "Y"], rows: lines });
  });

  test("takes the first row for the names when there is no head", () => {
    expect(shapeTable({ head: undefined, rows: lines }, all)).toEqual({ headers: ["A", "B"], rows: lines.slice(1) });
  });

  test("numbers the columns when no names are wanted", () => {
    expect(shapeTable({ head: undefined, rows: lines }, { ...all, includeHeaders: false })).toEqual({
      headers: ["column_1", "column_2"],
      rows: lines,
    });
  });

  test("leaves out rows at the beginning and after the limit", () => {
    expect(shapeTable({ head: undefined, rows: lines }, { ...all, skipRows: 1, maxRows: 1 }).rows).toEqual([
      ["3", "4"],
    ]);
  });

  test("gives every column a name of its own and every row a cell for it", () => {
    const table = shapeTable({ head: ["A", "A", ""], rows: [["1"], ["1", "2", "3", "4"]] }, all);

    expect(table.headers).toEqual(["A", "A_2", "column_3", "column_4"]);
    expect(toDicts(table)[0]).toEqual({ A: "1", A_2: "", column_3: "", column_4: "" });
  });

  prop.prop([fc.array(fc.array(fc.string({ maxLength: 4 }), { maxLength: 5 }), { maxLength: 6 }), fc.boolean()])(
    "is rectangular, with names that differ",
    (given, includeHeaders) => {
      const { headers, rows: shaped } = shapeTable({ head: undefined, rows: given }, { ...all, includeHeaders });

      expect(new Set(headers).size).toBe(headers.length);
      expect(shaped.every((row) => row.length === headers.length)).toBe(true);
    },
  );
});

describe("spread", () => {
  test("repeats the text of a cell wherever it spans", () => {
    expect(
      spread([
        [cell("a", 1, 2), cell("b", 2)],
        [cell("c"), cell("d")],
      ]),
    ).toEqual([
      ["a", "b", "b"],
      ["a", "c", "d"],
    ]);
  });

  test("does not trust spans without end", () => {
    expect(spread([[{ text: "a", columns: 1e9, rows: 1e9 }]])[0]).toHaveLength(1_000);
  });
});

function cell(text: string, columns = 1, rows = 1): { text: string; columns: number; rows: number } {
  return { text, columns, rows };
}
