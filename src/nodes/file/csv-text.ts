import { setImmediate } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { asText, text, withDefault } from "../../execution/index.ts";
import { nodeErrors } from "../errors.ts";

/** The delimiter parameter; `\t` may be written as two characters. */
export function separator() {
  const character = text().refine((value) => value.length === 1, "must be one character; write \\t for a tab");
  return z
    .preprocess((value) => (value === "\\t" ? "\t" : value), withDefault(character, ","))
    .describe("Character between cells; \\t for a tab");
}

export interface CsvReading {
  /** Named in messages. */
  readonly path: string;
  readonly delimiter: string;
  /** Empty for none. */
  readonly quote: string;
  readonly hasHeader: boolean;
  readonly skipRows: number;
  readonly maxRows: number;
  readonly strict: boolean;
  readonly signal: AbortSignal;
}

export interface CsvTable {
  readonly headers: readonly string[];
  /** Dicts by column name with a header, else lists. Missing cells are null, and empty ones empty text. */
  readonly rows: readonly JsonValue[];
}

const ROWS_PER_TURN = 1000;

/**
 * Reads CSV text (RFC 4180, any line ends, empty lines left out).
 *
 * No cell is dropped: columns without a name become column_3, and a name that comes again gets a number.
 * Rejects with NODE_CSV_INVALID, or with the signal's reason.
 */
export async function parseCsv(csv: string, reading: CsvReading): Promise<CsvTable> {
  const parser = parse(csv, {
    delimiter: reading.delimiter,
    quote: reading.quote === "" ? null : reading.quote,
    relax_column_count: !reading.strict,
    relax_quotes: !reading.strict,
    skip_empty_lines: true,
    ...(Number.isFinite(reading.maxRows) && { to: reading.skipRows + (reading.hasHeader ? 1 : 0) + reading.maxRows }),
  });
  const records: string[][] = [];
  try {
    for await (const record of parser) {
      records.push(record as string[]);
      if (records.length % ROWS_PER_TURN === 0) await setImmediate();
      reading.signal.throwIfAborted();
    }
  } catch (error) {
    throw csvError(error, reading);
  }
  const kept = records.slice(reading.skipRows);
  if (!reading.hasHeader) return { headers: [], rows: kept };
  const [first = [], ...rows] = kept;
  const width = rows.reduce((most, row) => Math.max(most, row.length), first.length);
  const headers = columnNames(first, width);
  return { headers, rows: rows.map((row) => Object.fromEntries(headers.map((name, i) => [name, row[i] ?? null]))) };
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is never closed; check quotechar",
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: "the row has another number of cells than the first; check delimiter",
  CSV_INVALID_CLOSING_QUOTE: "a quote closes in the middle of a cell; check quotechar",
  INVALID_OPENING_QUOTE: "a quote opens in the middle of a cell; check quotechar",
};

function csvError(error: unknown, reading: CsvReading): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = typeof error["lines"] === "number" ? error["lines"] : undefined;
  // Not passed on as cause: its message and facts quote the file.
  return nodeErrors.NODE_CSV_INVALID({ path: reading.path, line, reason: REASONS[error.code] ?? error.code });
}

function columnNames(first: readonly string[], width: number): readonly string[] {
  const taken = new Set<string>();
  return Array.from({ length: width }, (_, i) => {
    const wanted = first[i]?.trim() || `column_${i + 1}`;
    let name = wanted;
    for (let copy = 2; taken.has(name); copy++) name = `${wanted}_${copy}`;
    taken.add(name);
    return name;
  });
}

/** CSV text of rows of cells (RFC 4180: CRLF at line ends, quotes where they are needed). Null is an empty cell. */
export function csvOf(rows: readonly (readonly JsonValue[])[], delimiter: string): string {
  return stringify(
    rows.map((row) => row.map(asText)),
    { delimiter, record_delimiter: "\r\n" },
  );
}
