import type { Locator, Page } from "playwright-core";
import { AppError } from "../../core/errors.ts";
import { browserNodeErrors } from "./errors.ts";
import type { Target } from "./locate.ts";
import { type PageNode, pageNameOf, shownUrl } from "./page-node.ts";
import { kindOfFailure, obstacleIn, problemOf, safeCause } from "./playwright-error.ts";

export interface FailedAction {
  readonly page: Page;
  /** "Clicking", "Typing": begins the message. */
  readonly action: string;
  /** Milliseconds; 0 for none. */
  readonly timeoutMs: number;
}

/** For questions that are only asked to say more about a failure. */
const LOOK_MS = 500;

/** The error of the table that a failed Playwright call amounts to. Waits for no more than a look at the session. */
export async function explainFailure(node: PageNode, failed: FailedAction, error: unknown): Promise<unknown> {
  if (node.signal.aborted) return node.signal.reason;
  if (error instanceof AppError) return error;
  const { action, page, timeoutMs } = failed;
  const url = shownUrl(page.url());
  const cause = { cause: safeCause(error) };
  const kind = kindOfFailure(error);
  if (kind === "timed-out") return browserNodeErrors.NODE_BROWSER_TIMED_OUT({ action, url, timeoutMs }, cause);
  if (kind === "page-crashed") return browserNodeErrors.NODE_PAGE_CRASHED({ url }, cause);
  const lost = kind === "page-gone" ? await lostSession(node) : undefined;
  if (lost !== undefined) return lost;
  const reason = kind === "page-gone" ? "the page was closed" : problemOf(error);
  return browserNodeErrors.NODE_BROWSER_FAILED({ action, url, reason }, cause);
}

/** The session's own reason for closed pages: a crash of the browser above all. */
async function lostSession(node: PageNode): Promise<unknown> {
  try {
    await node.browser.page(pageNameOf(node.config.page));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** As `explainFailure`, for an action on an element: says what the selector found. */
export async function explainElementFailure(
  node: PageNode,
  failed: FailedAction & { readonly selector: string; readonly target: Target },
  error: unknown,
): Promise<unknown> {
  if (node.signal.aborted || error instanceof AppError) return explainFailure(node, failed, error);
  const { selector, target, page, timeoutMs } = failed;
  const url = shownUrl(page.url());
  const cause = { cause: safeCause(error) };
  const kind = kindOfFailure(error);
  if (kind === "selector-invalid") {
    return browserNodeErrors.NODE_SELECTOR_INVALID({ selector, reason: problemOf(error) }, cause);
  }
  if (kind === "unsuitable") {
    return browserNodeErrors.NODE_ELEMENT_UNSUITABLE({ selector, problem: problemOf(error), url }, cause);
  }
  const found = kind === "ambiguous" || kind === "timed-out" ? await withinALook(target.all.count()) : undefined;
  if (found === undefined) return explainFailure(node, failed, error);
  if (kind === "ambiguous") return browserNodeErrors.NODE_ELEMENT_AMBIGUOUS({ selector, found, url }, cause);
  if (found === 0) return browserNodeErrors.NODE_ELEMENT_NOT_FOUND({ selector, url, timeoutMs }, cause);
  const problem = obstacleIn(error) ?? (await obstacleOf(target.one)) ?? "it did not become ready";
  return browserNodeErrors.NODE_ELEMENT_NOT_READY({ selector, found, problem, url, timeoutMs }, cause);
}

/** What keeps an element from being acted on, as far as it says so itself. */
async function obstacleOf(element: Locator): Promise<string | undefined> {
  if ((await withinALook(element.isVisible())) === false) return "it is not visible";
  const options = { timeout: LOOK_MS };
  if ((await withinALook(element.isEnabled(options))) === false) return "it is disabled";
  if ((await withinALook(element.isEditable(options))) === false) return "it is read-only";
  return undefined;
}

/** A page that hangs cannot be asked. */
async function withinALook<T>(question: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LOOK_MS);
  });
  try {
    return await Promise.race([question.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
