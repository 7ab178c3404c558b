import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { choice, flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { onElement } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { shownUrl } from "./page-node.ts";
import { failureScreenshot, OWN_LIMIT, page, retries, timeout } from "./parameters.ts";
import { readTable } from "./read-table.ts";
import { type ShapedTable, shapeTable, toDicts } from "./table-rows.ts";

const FORMATS = ["list_of_dicts", "list_of_lists", "csv_string"] as const;

const FORMAT: Readonly<Record<(typeof FORMATS)[number], (table: ShapedTable, withHeaders: boolean) => JsonValue>> = {
  list_of_dicts: toDicts,
  list_of_lists: linesOf,
  csv_string: (table, withHeaders) => stringify(linesOf(table, withHeaders).map((line) => [...line])),
};

export const tableScraperNode = defineNode({
  type: "TableScraperNode",
  category: "browser",
  summary: "Reads an HTML table as data",
  needs: ["browser", "files"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({
    page,
    table_selector: withDefault(requiredText(), "table").describe("The table, or something around it"),
    include_headers: withDefault(flag(), true).describe("The head (or the first row) names the columns"),
    output_format: withDefault(choice(FORMATS), "list_of_dicts"),
    skip_rows: withDefault(integer({ min: 0 }), 0).describe("Data rows to leave out at the beginning"),
    max_rows: withDefault(integer({ min: 0 }), 0).describe("Data rows at most; 0 for all"),
    output_variable: textOr("table_data").describe("Variable that gets the data too; empty for none"),
    timeout: timeout(),
    ...retries(),
    ...failureScreenshot,
  }),
  inputs: { page: "PAGE", table_selector: "STRING" },
  outputs: { data: "ANY", row_count: "INTEGER", headers: "LIST" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = { selector: config.table_selector, action: "Reading the table", timeoutMs: config.timeout };
      const raw = await onElement(node, request, async (element, limits, open) => {
        const read = await readTable(element, limits);
        if (read !== undefined) return read;
        const problem = "it is no table, and there is none in it";
        throw browserNodeErrors.NODE_ELEMENT_UNSUITABLE({
          selector: config.table_selector,
          problem,
          url: shownUrl(open.url()),
        });
      });
      const table = shapeTable(raw, {
        includeHeaders: config.include_headers,
        skipRows: config.skip_rows,
        maxRows: config.max_rows,
      });
      const data = FORMAT[config.output_format](table, config.include_headers);
      if (config.output_variable.trim() !== "") node.variables.set(config.output_variable.trim(), data);
      return { outputs: { data, row_count: table.rows.length, headers: table.headers } };
    }),
});

function linesOf({ headers, rows }: ShapedTable, withHeaders: boolean): readonly (readonly string[])[] {
  return withHeaders ? [headers, ...rows] : rows;
}
