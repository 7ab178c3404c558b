import { isJsonObject, type JsonValue } from "../core/json.ts";
import { numberOf } from "./expression-values.ts";
import type { IssueList } from "./issue-list.ts";
import type { WorkflowMetadata, WorkflowSettings } from "./workflow-file.ts";

/** Seconds, when a file sets none: what the designer of the Python system writes. */
const DEFAULT_TIMEOUT_S = 120;
const LONGEST_TIMEOUT_S = 7 * 86_400;
const MOST_RETRIES = 100;
const UNTITLED = "Untitled workflow";

/** `settings`: `stop_on_error` (true), `timeout` in seconds (120; 0 for none), `retry_count` (0). */
export function parseSettings(raw: JsonValue | undefined, issues: IssueList): WorkflowSettings {
  const settings = isJsonObject(raw) ? raw : {};
  if (raw !== undefined && raw !== null && !isJsonObject(raw)) {
    issues.error("WORKFLOW_SHAPE_INVALID", "settings must be an object", { path: "settings" });
  }
  const {
    stop_on_error: stopOnError,
    timeout,
    retry_count: retryCount,
    ...extra
  } = settings as Record<string, JsonValue>;
  return {
    stopOnError: readFlag(stopOnError, issues),
    nodeTimeoutMs: Math.round(
      readNumber({ name: "timeout", raw: timeout, standard: DEFAULT_TIMEOUT_S, most: LONGEST_TIMEOUT_S }, issues) *
        1_000,
    ),
    retryCount: Math.trunc(
      readNumber({ name: "retry_count", raw: retryCount, standard: 0, most: MOST_RETRIES }, issues),
    ),
    extra,
  };
}

function readFlag(raw: JsonValue | undefined, issues: IssueList): boolean {
  if (raw === undefined || raw === null || raw === true || raw === "true") return true;
  if (raw === false || raw === "false") return false;
  issues.error("WORKFLOW_SETTINGS_INVALID", "stop_on_error must be true or false", { path: "settings.stop_on_error" });
  return true;
}

function readNumber(
  setting: {
    readonly name: string;
    readonly raw: JsonValue | undefined;
    readonly standard: number;
    readonly most: number;
  },
  issues: IssueList,
): number {
  const { name, raw, standard, most } = setting;
  if (raw === undefined || raw === null || raw === "") return standard;
  const value = typeof raw === "boolean" ? undefined : numberOf(raw);
  if (value !== undefined && value >= 0 && value <= most) return value;
  issues.error("WORKFLOW_SETTINGS_INVALID", `${name} must be a number from 0 to ${most}`, { path: `settings.${name}` });
  return standard;
}

/** `metadata`: name, description and version; all else is kept. */
export function parseMetadata(raw: JsonValue | undefined, issues: IssueList): WorkflowMetadata {
  const metadata = isJsonObject(raw) ? raw : {};
  if (raw !== undefined && raw !== null && !isJsonObject(raw)) {
    issues.error("WORKFLOW_SHAPE_INVALID", "metadata must be an object", { path: "metadata" });
  }
  const { name, description, version, ...extra } = metadata as Record<string, JsonValue>;
  if (typeof name !== "string" || name.trim() === "") {
    issues.warning("WORKFLOW_NAME_MISSING", `The workflow has no name; it is called "${UNTITLED}"`, {
      path: "metadata.name",
      suggestion: "set metadata.name",
    });
  }
  return {
    name: typeof name === "string" && name.trim() !== "" ? name : UNTITLED,
    description: typeof description === "string" ? description : "",
    version: typeof version === "string" ? version : "1.0.0",
    extra,
  };
}
