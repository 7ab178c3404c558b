import type { Ansis } from "ansis";
import { fitLine, lengthOf } from "./format.ts";

/** A row of a box: a label with its value, a line of text, or an empty line. */
export type BoxRow =
  | { readonly label: string; readonly value: string }
  | { readonly text: string }
  | { readonly kind: "gap" };

/**
 * Rows in a frame.
 *
 * Values are never cut, because they are copied; a row that is wider than the terminal breaks the frame instead.
 *
 * @param columns width of the terminal.
 */
export function renderBox(
  title: string,
  rows: readonly BoxRow[],
  look: { readonly style: Ansis; readonly columns: number },
): string {
  const { style, columns } = look;
  const labelWidth = Math.max(0, ...rows.map((row) => ("label" in row ? lengthOf(row.label) : 0)));
  const plain = rows.map((row) => plainRow(row, labelWidth));
  const widest = Math.max(lengthOf(title) + 2, ...plain.map(lengthOf));
  const width = Math.max(20, Math.min(widest, columns - 4));
  const heading = fitLine(title, width - 2);
  const top = `┌ ${style.bold(heading)} ${"─".repeat(width - lengthOf(heading))}┐`;
  const body = rows.map((row, index) => {
    const text = plain[index] ?? "";
    const gap = " ".repeat(Math.max(0, width - lengthOf(text)));
    return `│ ${styledRow(row, text, { style, labelWidth })}${gap} │`;
  });
  return [top, ...body, `└${"─".repeat(width + 2)}┘`].join("\n");
}

function plainRow(row: BoxRow, labelWidth: number): string {
  if ("label" in row) return `${row.label}${" ".repeat(labelWidth - lengthOf(row.label))}  ${row.value}`;
  return "text" in row ? row.text : "";
}

function styledRow(row: BoxRow, text: string, look: { readonly style: Ansis; readonly labelWidth: number }): string {
  if (!("label" in row)) return text;
  return `${look.style.dim(text.slice(0, row.label.length))}${text.slice(row.label.length)}`;
}
