import { defineErrors } from "../../core/errors.ts";

const within = (timeoutMs: number): string => (timeoutMs === 0 ? "" : ` within ${timeoutMs} ms`);

/** What browser nodes fail with. URLs in messages carry neither credentials nor queries; typed and found values are left out. */
export const browserNodeErrors = defineErrors({
  NODE_SELECTOR_INVALID: {
    status: 422,
    message: (d: { selector: string; reason: string }) => `Selector ${d.selector}: ${d.reason}`,
  },
  NODE_ELEMENT_NOT_FOUND: {
    status: 422,
    message: (d: { selector: string; url: string; timeoutMs: number }) =>
      `Nothing matches ${d.selector} on ${d.url}${within(d.timeoutMs)}; check the selector, and that the page is the expected one`,
  },
  NODE_ELEMENT_NOT_READY: {
    status: 422,
    message: (d: { selector: string; found: number; problem: string; url: string; timeoutMs: number }) =>
      `${d.selector} matches ${elements(d.found)} on ${d.url}, but ${d.problem}${within(d.timeoutMs)}`,
  },
  NODE_ELEMENT_AMBIGUOUS: {
    status: 422,
    message: (d: { selector: string; found: number; url: string }) =>
      `${d.selector} matches ${elements(d.found)} on ${d.url} where one is meant; narrow it, or end it with ">> nth=0" for the first`,
  },
  NODE_ELEMENT_UNSUITABLE: {
    status: 422,
    message: (d: { selector: string; problem: string; url: string }) => `${d.selector} on ${d.url}: ${d.problem}`,
  },
  NODE_OPTION_NOT_FOUND: {
    status: 422,
    message: (d: { selector: string; selectBy: string; offered: readonly string[]; url: string }) =>
      `${d.selector} on ${d.url} has no option with the given ${d.selectBy}; it offers: ${d.offered.join(", ")}`,
  },
  NODE_NAVIGATION_FAILED: {
    status: 502,
    retryable: true,
    message: (d: { url: string; reason: string }) => `${d.url} could not be opened: ${d.reason}`,
  },
  NODE_DOWNLOAD_FAILED: {
    status: 502,
    retryable: true,
    message: (d: { url: string; reason: string }) => `${d.url} could not be downloaded: ${d.reason}`,
  },
  NODE_BROWSER_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: { action: string; url: string; timeoutMs: number }) =>
      `${d.action} on ${d.url} did not finish within ${d.timeoutMs} ms; raise timeout if the page is slow`,
  },
  NODE_DIALOG_MISSING: {
    status: 422,
    message: (d: { url: string; timeoutMs: number }) =>
      `No dialog appeared on ${d.url}${within(d.timeoutMs)}; a dialog that an earlier step opened is gone by now, so let trigger_selector name what opens it`,
  },
  NODE_SCRIPT_INVALID: {
    status: 422,
    message: (d: { reason: string }) => `The script is no JavaScript that a page can run: ${d.reason}`,
  },
  NODE_SCRIPT_FAILED: {
    status: 422,
    message: (d: { url: string; reason: string }) => `The script failed on ${d.url}: ${d.reason}`,
  },
  NODE_PAGE_CRASHED: {
    status: 503,
    retryable: true,
    message: (d: { url: string }) => `The page ${d.url} crashed, probably for lack of memory`,
  },
  NODE_BROWSER_FAILED: {
    status: 500,
    message: (d: { action: string; url: string; reason: string }) => `${d.action} on ${d.url} failed: ${d.reason}`,
  },
});

function elements(count: number): string {
  return count === 1 ? "1 element" : `${count} elements`;
}
