import type { Locator, Page } from "playwright-core";
import { raceAbort, startDeadline } from "../../core/deadline.ts";
import { hasCode } from "../../core/errors.ts";
import { browserNodeErrors } from "./errors.ts";
import { explainElementFailure, explainFailure } from "./explain.ts";
import { locate, type Target } from "./locate.ts";
import { limitOf, type PageNode, pageOf, shownUrl } from "./page-node.ts";
import { kindOfFailure } from "./playwright-error.ts";
import { readSelector } from "./selector.ts";

/** What Playwright's calls take. */
export interface CallLimits {
  /** Milliseconds; 0 for none. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface ElementAction {
  readonly selector: string;
  /** "Clicking", "Typing": begins messages. */
  readonly action: string;
  /** Milliseconds; 0 for none but the engine's. */
  readonly timeoutMs: number;
  readonly strict?: boolean;
}

/** Acts on the element that a selector means, within the node's limit. Rejects with NODE_… or BROWSER_…. */
export async function onElement<T>(
  node: PageNode,
  { selector, action, timeoutMs, strict = false }: ElementAction,
  act: (element: Locator, limits: CallLimits, page: Page) => Promise<T>,
): Promise<T> {
  const steps = readSelector(selector);
  const page = await pageOf(node);
  const target = locate(page, steps, strict);
  const limits = { timeout: limitOf(node, timeoutMs), signal: node.signal };
  const attempt = (element: Locator): Promise<T> => raceAbort(act(element, limits, page), node.signal, action);
  try {
    return await attempt(target.one);
  } catch (error) {
    const failed = { page, action, selector, target, timeoutMs: limits.timeout };
    const sole = kindOfFailure(error) === "ambiguous" ? await soleMatch(target) : undefined;
    if (sole === undefined) throw await explainElementFailure(node, failed, error);
    try {
      return await attempt(sole);
    } catch (soleError) {
      throw await explainElementFailure(node, failed, soleError);
    }
  }
}

/** The first narrower reading that matches exactly one element. */
async function soleMatch({ narrower }: Target): Promise<Locator | undefined> {
  for (const locator of narrower) if ((await locator.count()) === 1) return locator;
  return undefined;
}

const GRACE_MS = 200;

/** Acts on the page as a whole. Rejects with NODE_… or BROWSER_…. */
export async function onPage<T>(
  node: PageNode,
  { action, timeoutMs }: Pick<ElementAction, "action" | "timeoutMs">,
  act: (page: Page, limits: CallLimits) => Promise<T>,
): Promise<T> {
  const page = await pageOf(node);
  const timeout = limitOf(node, timeoutMs);
  // Not every call of Playwright takes a limit. One that does says more, so it comes first.
  const deadline = startDeadline(action, timeout === 0 ? 0 : timeout + GRACE_MS, node.signal);
  try {
    return await raceAbort(act(page, { timeout, signal: deadline.signal }), deadline.signal, action);
  } catch (error) {
    if (hasCode(error, "CORE_TIMED_OUT") && !node.signal.aborted) {
      throw browserNodeErrors.NODE_BROWSER_TIMED_OUT({ action, url: shownUrl(page.url()), timeoutMs: timeout });
    }
    throw await explainFailure(node, { page, action, timeoutMs: timeout }, error);
  } finally {
    deadline.clear();
  }
}
