import { messageOf } from "../../core/errors.ts";

/**
 * What a failed Playwright call says, in its first line and without its prefix.
 *
 * The lines behind hold a log of the call and of the browser; among them is the text that was typed, so they go nowhere.
 */
export function problemOf(error: unknown): string {
  const [first = ""] = messageOf(error).split("\n");
  return first
    .replace(/^[a-zA-Z]+\.[a-zA-Z]+: /, "")
    .replace(/^(Error|TimeoutError): /, "")
    .slice(0, 300);
}

/** A cause that is safe to log. */
export function safeCause(error: unknown): Error {
  return new Error(problemOf(error));
}

/** What a call that failed has in common with its kind. Pure. */
export type PlaywrightFailure =
  | "timed-out"
  | "ambiguous"
  | "selector-invalid"
  | "page-crashed"
  | "page-gone"
  | "unsuitable"
  | "other";

/** Sorts a failed Playwright call by its text; Playwright has no codes. Pure. */
export function kindOfFailure(error: unknown): PlaywrightFailure {
  const name = error instanceof Error ? error.name : "";
  const problem = problemOf(error);
  if (name === "TimeoutError" || /^Timeout \d+ms exceeded/.test(problem)) return "timed-out";
  if (problem.includes("strict mode violation")) return "ambiguous";
  if (/(page|target) crashed/i.test(problem)) return "page-crashed";
  if (/has been closed|frame was detached|frame got detached/i.test(problem)) return "page-gone";
  if (
    /parsing (css )?selector|not a valid (XPath|selector)|Unknown (engine|attribute|role)|Malformed|Unexpected token|InvalidSelector|is not a valid role|Role .* must/i.test(
      problem,
    )
  ) {
    return "selector-invalid";
  }
  if (/^Element is not |not an? (HTML)?\W*\w*(input|select|checkbox|radio)/i.test(problem)) return "unsuitable";
  return "other";
}

/** What kept an element from being acted on, read off the log of a call that timed out. Pure. */
export function obstacleIn(error: unknown): string | undefined {
  const text = messageOf(error);
  if (text.includes("intercepts pointer events")) return "another element covers it";
  if (text.includes("element is not visible")) return "it is not visible";
  if (text.includes("element is not enabled")) return "it is disabled";
  if (text.includes("element is not editable")) return "it is read-only";
  if (text.includes("element is not stable")) return "it does not stop moving";
  if (text.includes("outside of the viewport")) return "it lies outside of the window and cannot be scrolled into it";
  return undefined;
}
