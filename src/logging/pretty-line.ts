/** A log line for people at a terminal. Pure. */
import { isJsonObject, type JsonValue } from "../core/json.ts";

const COLORS: Readonly<Record<string, string>> = { debug: "90", info: "36", warn: "33", error: "31" };
const DIM = "90";
/** C0 and C1 controls and the line separators: an outside text must not move the cursor or forge a line. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;

/**
 * `12:30:01.123 INFO  robot: job leased  jobId=1 error="QUEUE_LEASE_LOST: …"`, in one line whatever it holds.
 *
 * @param line one JSON line as `createLogger` writes it; anything else comes back with its controls escaped.
 */
export function toPrettyLine(line: string, isColored: boolean): string {
  const record = parse(line);
  if (record === undefined) return escapeControls(line.trimEnd());
  const { level, time, name, msg, ...facts } = record;
  const color = (code: string, text: string): string => (isColored ? `\u001b[${code}m${text}\u001b[0m` : text);
  const label = textOf(level).toUpperCase().padEnd(5);
  const source = name === undefined ? "" : `${color(DIM, `${escapeControls(textOf(name))}:`)} `;
  const shown = Object.entries(facts).map(
    ([key, value]) => `${color(DIM, `${escapeControls(key)}=`)}${showFact(value)}`,
  );
  const head = `${color(DIM, clockTime(textOf(time)))} ${color(COLORS[textOf(level)] ?? DIM, label)} `;
  return `${head}${source}${escapeControls(textOf(msg))}${shown.length > 0 ? `  ${shown.join(" ")}` : ""}`;
}

function parse(line: string): Record<string, JsonValue> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `2026-01-01T12:30:01.123Z` gives `12:30:01.123`, still in UTC like everything that is stored. */
function clockTime(time: string): string {
  return time.slice(11, 23);
}

function showFact(value: JsonValue): string {
  if (isJsonObject(value) && typeof value["message"] === "string" && typeof value["type"] === "string") {
    return quote(errorText(value));
  }
  return typeof value === "string" ? quote(value) : escapeControls(JSON.stringify(value));
}

function errorText(error: Readonly<Record<string, JsonValue>>): string {
  const causes = Array.isArray(error["causes"]) ? (error["causes"] as readonly JsonValue[]) : [];
  return [error, ...causes].map((link) => (isJsonObject(link) ? oneError(link) : textOf(link))).join(" <- ");
}

function oneError(error: Readonly<Record<string, JsonValue>>): string {
  return `${textOf(error["code"] ?? error["type"])}: ${textOf(error["message"])}`;
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function quote(text: string): string {
  return /^[\w.:/@+-]+$/.test(text) ? text : escapeControls(JSON.stringify(text));
}

function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
