import type { Locator } from "playwright-core";
import type { CallLimits } from "./act.ts";
import type { RawTable } from "./table-rows.ts";

interface Cell {
  readonly tagName: string;
  readonly innerText: string;
  readonly colSpan: number;
  readonly rowSpan: number;
}

interface Row {
  readonly cells: Iterable<Cell>;
  readonly parentElement: { readonly tagName: string } | null;
}

interface TableElement {
  readonly rows?: Iterable<Row>;
  querySelector(selector: string): TableElement | null;
}

/** The texts of a table's own rows, spanned cells repeated; undefined when the element neither is nor holds a table. */
export async function readTable(element: Locator, limits: CallLimits): Promise<RawTable | undefined> {
  const rows = await element.evaluate(
    (found: TableElement) => {
      const table = found.rows === undefined ? found.querySelector("table") : found;
      if (!table?.rows) return undefined;
      return Array.from(table.rows, (row) => ({
        inHead: row.parentElement?.tagName === "THEAD",
        cells: Array.from(row.cells, (cell) => ({
          text: cell.innerText.trim(),
          isHeader: cell.tagName === "TH",
          columns: cell.colSpan,
          rows: cell.rowSpan,
        })),
      }));
    },
    undefined,
    limits,
  );
  if (rows === undefined) return undefined;
  const texts = spread(rows.map((row) => row.cells));
  // Of several head rows the last one names the columns.
  const headRows = rows.findLastIndex((row) => row.inHead) + 1;
  return { head: headRows === 0 ? undefined : texts[headRows - 1], rows: texts.slice(headRows) };
}

interface SpannedCell {
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
}

/** More is a mistake of the page, and would fill the memory. */
const MOST_SPANNED = 1_000;

/** Repeats the text of a cell in all places that it spans. Pure. */
export function spread(rows: readonly (readonly SpannedCell[])[]): string[][] {
  const grid: string[][] = rows.map(() => []);
  for (const [rowIndex, cells] of rows.entries()) {
    let column = 0;
    for (const cell of cells) {
      while (grid[rowIndex]?.[column] !== undefined) column += 1;
      const columns = Math.min(Math.max(cell.columns, 1), MOST_SPANNED);
      const height = Math.min(Math.max(cell.rows, 1), rows.length - rowIndex);
      for (const line of grid.slice(rowIndex, rowIndex + height)) {
        for (let offset = 0; offset < columns; offset += 1) line[column + offset] ??= cell.text;
      }
      column += columns;
    }
  }
  return grid.map((line) => Array.from(line, (text) => text ?? ""));
}
