import type { JsonValue } from "../../core/json.ts";

/** A table as it was read off a page. */
export interface RawTable {
  /** Texts of the head's cells; undefined when the table has no head of its own. */
  readonly head: readonly string[] | undefined;
  /** Texts of all other rows, spanned cells repeated. */
  readonly rows: readonly (readonly string[])[];
}

export interface TableShape {
  /** The first row names the columns, when the table has no head of its own. */
  readonly includeHeaders: boolean;
  /** Data rows to leave out at the beginning. */
  readonly skipRows: number;
  /** 0 for all. */
  readonly maxRows: number;
}

export interface ShapedTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Column names and data rows of a table; every column gets a name, no two the same, and every row a cell for it. Pure. */
export function shapeTable(table: RawTable, { includeHeaders, skipRows, maxRows }: TableShape): ShapedTable {
  const all = table.head === undefined ? table.rows : [table.head, ...table.rows];
  const [named = [], ...rest] = includeHeaders ? all : [[], ...all];
  const from = rest.slice(skipRows);
  const rows = maxRows === 0 ? from : from.slice(0, maxRows);
  const width = Math.max(named.length, ...rows.map((row) => row.length), 0);
  return {
    headers: columnNames(named, width),
    rows: rows.map((row) => Array.from({ length: width }, (_, column) => row[column] ?? "")),
  };
}

function columnNames(given: readonly string[], width: number): string[] {
  const names: string[] = [];
  for (let column = 0; column < width; column += 1) {
    const stem = given[column]?.trim() || `column_${column + 1}`;
    let name = stem;
    for (let number = 2; names.includes(name); number += 1) name = `${stem}_${number}`;
    names.push(name);
  }
  return names;
}

/** Each row as a dict by column name. Pure. */
export function toDicts({ headers, rows }: ShapedTable): JsonValue[] {
  return rows.map((row) => Object.fromEntries(headers.map((header, column) => [header, row[column] ?? ""])));
}
