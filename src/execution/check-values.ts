import type { JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";
import type { WorkflowLimits } from "./workflow-limits.ts";

/** Values that one file may hold in all; keeps a hostile object graph from being walked for ever. */
const MOST_VALUES = 5_000_000;

/**
 * Is the value JSON data within the limits of depth and text length? What is wrong is among the issues, and then false is
 * returned.
 */
export function checkValues(value: unknown, limits: WorkflowLimits, issues: IssueList): value is JsonValue {
  const waiting: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [
    { value, path: "", depth: 0 },
  ];
  let seen = 0;
  let isGood = true;
  for (let next = waiting.pop(); next !== undefined && isGood; next = waiting.pop()) {
    seen++;
    const fault = faultOf(next.value, next.depth, limits);
    if (fault !== undefined || seen > MOST_VALUES) {
      isGood = false;
      const { code, message, suggestion } = fault ?? TOO_MANY;
      issues.error(code, message, { path: next.path === "" ? undefined : next.path, suggestion });
    } else if (typeof next.value === "object" && next.value !== null) {
      const { path, depth } = next;
      const isList = Array.isArray(next.value);
      for (const [key, item] of Object.entries(next.value)) {
        const step = isList ? `[${key}]` : `.${key.slice(0, limits.idLength)}`;
        waiting.push({ value: item, path: `${path}${step}`.replace(/^\./, ""), depth: depth + 1 });
      }
    }
  }
  return isGood;
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly suggestion: string;
}

const TOO_MANY: Fault = {
  code: "WORKFLOW_TOO_LARGE",
  message: `The file holds more than ${MOST_VALUES} values`,
  suggestion: "keep large data in files that the workflow reads",
};

function faultOf(value: unknown, depth: number, limits: WorkflowLimits): Fault | undefined {
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : notJson("a number that is not finite");
  if (typeof value === "string") return textFault(value, limits);
  if (typeof value !== "object") return notJson(`a ${typeof value}`);
  if (!Array.isArray(value) && !isPlainObject(value)) return notJson("an object that is no plain data");
  if (depth < limits.depth) return undefined;
  return {
    code: "WORKFLOW_TOO_DEEP",
    message: `The file nests deeper than ${limits.depth} levels`,
    suggestion: "flatten the data, or pass it as JSON text",
  };
}

function textFault(text: string, limits: WorkflowLimits): Fault | undefined {
  if (text.length <= limits.stringLength) return undefined;
  return {
    code: "WORKFLOW_STRING_TOO_LONG",
    message: `A text of ${text.length} characters; ${limits.stringLength} are allowed`,
    suggestion: "keep large text in a file that the workflow reads",
  };
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function notJson(what: string): Fault {
  return {
    code: "WORKFLOW_SHAPE_INVALID",
    message: `The workflow holds ${what}, which is no JSON data`,
    suggestion: "pass what JSON.parse yields",
  };
}
