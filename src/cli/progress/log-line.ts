import type { JsonValue } from "../../core/json.ts";

/** One line of a run's log. */
export interface LogLine {
  /** ISO 8601. */
  readonly at: string;
  readonly level: string;
  readonly node?: string | undefined;
  readonly message: string;
  readonly data?: JsonValue | undefined;
}

/** A line for people; further lines of a message are indented, so that a message cannot look like a line of its own. */
export function formatLogLine(line: LogLine): string {
  const node = line.node === undefined ? "" : ` [${line.node}]`;
  const data = line.data === undefined ? "" : ` ${JSON.stringify(line.data)}`;
  const text = `${line.at} ${line.level.toUpperCase().padEnd(8)}${node} ${line.message}${data}`;
  // Anything else that moves the cursor could rewrite what is on the terminal.
  return text.replaceAll(/\r?\n|\r/g, "\n    ").replaceAll(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}
