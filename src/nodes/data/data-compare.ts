import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { flag, list, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { jsonKey, sameJson } from "../json-equality.ts";

export const dataCompareNode = defineNode({
  type: "DataCompareNode",
  category: "data_operation",
  summary: "Compares two tables row by row, matched by key columns or by position",
  needs: [],
  effect: "none",
  config: z.object({
    data_a: withDefault(list(), []).describe("First table, a list of dicts"),
    data_b: withDefault(list(), []).describe("Second table"),
    key_columns: textOr("").describe(
      "Columns that tell which rows belong together, separated by commas; else position",
    ),
    compare_all_columns: withDefault(flag(), true).describe("Compare the other columns of matched rows too"),
    case_sensitive: withDefault(flag(), true).describe("Capital and small letters differ"),
  }),
  inputs: { data_a: "LIST", data_b: "LIST", key_columns: "STRING" },
  outputs: {
    only_in_a: "LIST",
    only_in_b: "LIST",
    matched: "LIST",
    diff_summary: "DICT",
    has_differences: "BOOLEAN",
  },
  run({ config }) {
    const columns = config.key_columns.split(",").flatMap((column) => (column.trim() === "" ? [] : [column.trim()]));
    const outcome = compareTables(rowsOf(config.data_a, "data_a"), rowsOf(config.data_b, "data_b"), {
      columns,
      compareRows: config.compare_all_columns,
      caseSensitive: config.case_sensitive,
    });
    const modified = outcome.matched.filter((pair) => pair.is_modified).length;
    return {
      outputs: {
        only_in_a: outcome.onlyInA,
        only_in_b: outcome.onlyInB,
        matched: outcome.matched,
        diff_summary: {
          added_count: outcome.onlyInB.length,
          removed_count: outcome.onlyInA.length,
          modified_count: modified,
          matched_count: outcome.matched.length,
          total_a: config.data_a.length,
          total_b: config.data_b.length,
          key_columns: columns,
        },
        has_differences: outcome.onlyInA.length + outcome.onlyInB.length + modified > 0,
      },
    };
  },
});

interface Rules {
  readonly columns: readonly string[];
  readonly compareRows: boolean;
  readonly caseSensitive: boolean;
}

interface Pair extends JsonObject {
  readonly key: JsonObject;
  readonly row_a: JsonObject;
  readonly row_b: JsonObject;
  readonly is_modified: boolean;
  readonly different_columns: readonly string[];
}

function rowsOf(table: readonly JsonValue[], parameter: string): readonly JsonObject[] {
  const wrong = table.findIndex((row) => !isJsonObject(row));
  if (wrong >= 0)
    throw nodeErrors.NODE_VALUE_INVALID({ parameter, reason: `must hold dicts only; item ${wrong} is none` });
  return table.filter(isJsonObject);
}

/** Rows with the same key are matched in the order they stand in. */
function compareTables(a: readonly JsonObject[], b: readonly JsonObject[], rules: Rules) {
  const waiting = new Map<string, number[]>();
  for (const [index, row] of b.entries()) {
    const key = keyOf(row, index, rules);
    const rows = waiting.get(key);
    if (rows === undefined) waiting.set(key, [index]);
    else rows.push(index);
  }
  const matched: Pair[] = [];
  const onlyInA: JsonObject[] = [];
  const taken = new Set<number>();
  for (const [index, rowA] of a.entries()) {
    const indexB = waiting.get(keyOf(rowA, index, rules))?.shift();
    const rowB = indexB === undefined ? undefined : b[indexB];
    if (indexB === undefined || rowB === undefined) onlyInA.push(rowA);
    else {
      taken.add(indexB);
      matched.push(pairOf(rowA, rowB, { rules, index }));
    }
  }
  return { matched, onlyInA, onlyInB: b.filter((_, index) => !taken.has(index)) };
}

function keyOf(row: JsonObject, index: number, rules: Rules): string {
  if (rules.columns.length === 0) return String(index);
  return jsonKey(rules.columns.map((column) => fold(cell(row, column), rules)));
}

function pairOf(rowA: JsonObject, rowB: JsonObject, at: { readonly rules: Rules; readonly index: number }): Pair {
  const { rules, index } = at;
  const others = [...new Set([...Object.keys(rowA), ...Object.keys(rowB)])].filter(
    (column) => rules.compareRows && !rules.columns.includes(column),
  );
  const different = others.filter(
    (column) => !sameJson(fold(cell(rowA, column), rules), fold(cell(rowB, column), rules)),
  );
  return {
    key:
      rules.columns.length === 0
        ? { index }
        : Object.fromEntries(rules.columns.map((column) => [column, cell(rowA, column)])),
    row_a: rowA,
    row_b: rowB,
    is_modified: different.length > 0,
    different_columns: different,
  };
}

function cell(row: JsonObject, column: string): JsonValue {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

function fold(value: JsonValue, rules: Rules): JsonValue {
  return typeof value === "string" && !rules.caseSensitive ? value.toLowerCase() : value;
}
