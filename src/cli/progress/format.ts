/** `812 ms`, `3.4 s`, `2 min 5 s`, `3 h 4 min`. @param ms milliseconds, ≥ 0. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `512 B`, `3.4 KiB`, `1.2 GiB`. @param bytes ≥ 0. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_023.5 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Characters as people count them. */
export function lengthOf(text: string): number {
  return splitCharacters(text).length;
}

function splitCharacters(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), (part) => part.segment);
}

/** One line of text, without control characters, at most `width` characters; what is left out shows as …. */
export function fitLine(text: string, width: number): string {
  const oneLine = text.replaceAll(/\p{Cc}+/gu, " ");
  const characters = splitCharacters(oneLine);
  return characters.length <= width ? oneLine : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Longer cells are cut. */
const MAX_CELL = 500;

/** Columns as wide as their widest cell, two spaces between them. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => fitLine(cell, MAX_CELL)));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...clean.map((row) => lengthOf(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell))))
      .join("  ")
      .trimEnd();
  return [line(head), ...clean.map(line)].join("\n");
}
